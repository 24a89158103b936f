/**
 * Many deadlines on one timer. Nearly all of them are cancelled, so they are kept in buckets of time: adding and
 * cancelling cost a set operation each. A deadline strikes late by up to one bucket, never early.
 */
import type { Clock, Timer } from '../base/index.ts'

const BUCKET_MS = 100

export type Deadline = { cancel(): void }
const NEVER: Deadline = { cancel() {} }

export class Deadlines {
  readonly #clock: Clock
  readonly #suspended: boolean
  readonly #buckets = new Map<number, Set<() => void>>()
  #timer: Timer | null = null
  #armedMs = Number.POSITIVE_INFINITY

  /** `suspended`: somebody debugs, nothing ever strikes. */
  constructor({ clock, suspended }: { readonly clock: Clock; readonly suspended: boolean }) {
    this.#clock = clock
    this.#suspended = suspended
  }

  add(delayMs: number, strike: () => void): Deadline {
    if (this.#suspended || !Number.isFinite(delayMs)) return NEVER
    const atMs = Math.ceil((this.#clock.monotonicMs() + Math.max(0, delayMs)) / BUCKET_MS) * BUCKET_MS
    const bucket = this.#buckets.get(atMs) ?? new Set()
    if (bucket.size === 0) this.#buckets.set(atMs, bucket)
    // A function of its own, so that the same one may be added twice.
    const own = () => strike()
    bucket.add(own)
    if (atMs < this.#armedMs) this.#arm(atMs)
    return {
      cancel: () => {
        bucket.delete(own)
        if (bucket.size === 0 && this.#buckets.get(atMs) === bucket) this.#buckets.delete(atMs)
      },
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#buckets.clear()
  }

  #arm(atMs: number): void {
    this.#timer?.cancel()
    this.#armedMs = atMs
    this.#timer = this.#clock.after(Math.max(0, atMs - this.#clock.monotonicMs()), () => this.#fire())
  }

  #fire(): void {
    this.#armedMs = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.monotonicMs()
    const struck = [...this.#buckets.keys()].filter((atMs) => atMs <= nowMs).sort((a, b) => a - b)
    for (const atMs of struck) {
      const bucket = this.#buckets.get(atMs)
      this.#buckets.delete(atMs)
      for (const strike of bucket ?? []) strike()
    }
    const next = Math.min(...this.#buckets.keys())
    if (next < this.#armedMs) this.#arm(next)
  }
}
