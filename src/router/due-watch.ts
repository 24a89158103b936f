/**
 * Asks the store what is due, when it is: timers, waits that expire, schedules, and rows of the outbox that no verdict
 * told of. One question at a time.
 *
 * The wall clock may jump. It is looked at every second while anything is awaited: a jump forward finds what has become
 * due, a jump back asks anew, and since it is the store that says what is due, nothing is lost or doubled by either.
 */
import { type Clock, messageOf, type Timer } from '../base/index.ts'
import type { Due, Store } from '../turn/index.ts'
import { PAGE_ROWS_MAX } from './limits.ts'
import type { RouterLog } from './log.ts'

const LOOK_MS = 1_000
/** After a page that brought nothing new although more is due: what is due is in flight already. */
const STALLED_MS = 100
const JUMP_MS = 500

export type DueWatchPowers = {
  readonly clock: Clock
  readonly store: Store
  readonly pageRows: number
  readonly log: RouterLog
  /** Timers in flight: they stay due until their turn commits. */
  readonly timersHeld: () => number
  readonly afterRow: () => number
  /** Returns whether there was anything new in it. */
  readonly take: (due: Due) => boolean
  readonly wantsPage: () => boolean
}

export class DueWatch {
  readonly #powers: DueWatchPowers
  #dueMs: number | null = null
  #asking: Promise<void> | null = null
  #askAgain = false
  #timer: Timer | null = null
  #offsetMs: number
  #stopped = false

  constructor(powers: DueWatchPowers) {
    this.#powers = powers
    this.#offsetMs = this.#offset()
  }

  /** Something will be due then. */
  notice(dueMs: number | null): void {
    if (dueMs === null || (this.#dueMs !== null && this.#dueMs <= dueMs)) return
    this.#dueMs = dueMs
    if (this.#asking === null) this.#arm()
  }

  /** Asks now, again and again as long as that brings something. Resolves when it does not any more. */
  check(): Promise<void> {
    this.#askAgain = true
    this.#asking ??= this.#ask()
    return this.#asking
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async #ask(): Promise<void> {
    const { clock, store, afterRow, pageRows, timersHeld, take, wantsPage, log } = this.#powers
    while (this.#askAgain && !this.#stopped) {
      this.#askAgain = false
      const nowMs = clock.nowMs()
      this.#offsetMs = this.#offset()
      this.#dueMs = null
      const limit = Math.min(PAGE_ROWS_MAX, pageRows + timersHeld())
      try {
        const due = await store.call('due', { nowMs, afterRow: afterRow(), limit })
        const isNew = take(due)
        const more = due.nextMs !== null && due.nextMs <= nowMs
        if (wantsPage() || (isNew && more)) this.#askAgain = true
        else this.notice(more ? clock.nowMs() + STALLED_MS : due.nextMs)
      } catch (error) {
        if (this.#stopped) return
        log({ level: 'error', from: 'router', message: `the store could not say what is due: ${messageOf(error)}` })
        this.notice(nowMs + LOOK_MS)
      }
    }
    // In the same breath as the last look at `#askAgain`: a `check` that comes after it asks anew.
    this.#asking = null
    this.#arm()
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = null
    if (this.#dueMs === null || this.#stopped) return
    const delayMs = Math.min(LOOK_MS, Math.max(0, this.#dueMs - this.#powers.clock.nowMs()))
    this.#timer = this.#powers.clock.after(delayMs, () => this.#look())
  }

  #look(): void {
    this.#timer = null
    const jumpedBack = this.#offset() < this.#offsetMs - JUMP_MS
    const isDue = this.#dueMs !== null && this.#powers.clock.nowMs() >= this.#dueMs
    if (isDue || jumpedBack) void this.check()
    else this.#arm()
  }

  #offset(): number {
    return this.#powers.clock.nowMs() - this.#powers.clock.monotonicMs()
  }
}
