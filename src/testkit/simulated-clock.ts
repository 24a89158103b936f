/**
 * Time that moves only when a test says so. Timers fire in the order of their time, each after everything that the one
 * before has set in motion has come to rest, so a test of hours runs in milliseconds and always the same way.
 */
import type { Clock, Timer } from '../base/index.ts'

type Pending = { readonly atMs: number; readonly number: number; readonly then: () => void }

export class SimulatedClock implements Clock {
  readonly #settle: () => Promise<void>
  #nowMs: number
  #monotonicMs = 0
  #pending: Pending[] = []
  #next = 0

  constructor(options: { startMs: number; settle: () => Promise<void> }) {
    this.#nowMs = options.startMs
    this.#settle = options.settle
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, then: () => void): Timer {
    const pending: Pending = { atMs: this.#monotonicMs + Math.max(0, delayMs), number: this.#next++, then }
    this.#pending.push(pending)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending)
      },
    }
  }

  /** Moves on by `ms` milliseconds, and lets everything that falls due on the way happen. */
  async advance(ms: number): Promise<void> {
    await this.#settle()
    const untilMs = this.#monotonicMs + ms
    for (;;) {
      const [next] = this.#pending
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.number - b.number)
      if (next === undefined) break
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#moveTo(next.atMs)
      next.then()
      await this.#settle()
    }
    this.#moveTo(untilMs)
  }

  /** The wall clock jumps, as a machine's does when it is set; timers and durations do not notice. */
  jump(ms: number): void {
    this.#nowMs += ms
  }

  #moveTo(monotonicMs: number): void {
    const byMs = Math.max(0, monotonicMs - this.#monotonicMs)
    this.#nowMs += byMs
    this.#monotonicMs += byMs
  }
}
