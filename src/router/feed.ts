/**
 * What the store has for delivery: rows of the outbox in order, and timers when they are due. Rows come with the
 * verdicts of the commits that wrote them; when more lie there than memory should hold, the rest stays in the store and
 * is paged in as the queue drains. A row or timer is fed once per process, and the commit of its turn consumes it.
 *
 * Time is looked at anew at every step, and never slept for longer than `LOOK_MS_MAX`: a clock that is set forward
 * makes timers late by that much at most, one that is set back makes none fire twice.
 */
import { type Clock, messageOf, type Timer } from '../base/index.ts'
import type { Answer, OutboxRow, Store, TimerRow } from '../turn/index.ts'

const LOOK_MS_MAX = 60_000
/** After the store could not be asked. */
const RETRY_MS = 1_000

export type FeedOptions = {
  readonly clock: Clock
  readonly store: Store
  readonly rowsInMemoryMax: number
  readonly pageRows: number
  readonly row: (row: OutboxRow) => void
  readonly timer: (timer: TimerRow) => void
  readonly answers: (answers: readonly { readonly request: number; readonly answer: Answer }[]) => void
  readonly failed: (problem: string) => void
}

export class Feed {
  readonly #options: FeedOptions
  /** Rows that were fed and are not settled, and timers likewise. */
  readonly #rows = new Set<number>()
  readonly #timers = new Set<number>()
  #lastRow = 0
  /** Rows after `#lastRow` may lie in the store alone. */
  #behind = true
  /** The last page of timers was full. */
  #moreTimers = false
  #asking = false
  #askAgain = false
  #wake: { readonly atMs: number; readonly timer: Timer } | null = null
  #stopped = false

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Resolves when the first page is fed. */
  async start(): Promise<void> {
    await this.#ask()
  }

  stop(): void {
    this.#stopped = true
    this.#wake?.timer.cancel()
  }

  /** Rows that a commit wrote, in order. */
  wrote(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      if (row.row <= this.#lastRow) {
        // Put back by hand, or already paged in.
        if (!this.#rows.has(row.row) && !this.#behind) this.#feedRow(row)
        continue
      }
      if (this.#behind || this.#rows.size >= this.#options.rowsInMemoryMax) this.#behind = true
      else this.#feedRow(row)
    }
    if (this.#behind) this.#drainLater()
  }

  /** Something will be due then: look again in time. */
  dueAt(atMs: number): void {
    if (this.#stopped || (this.#wake !== null && this.#wake.atMs <= atMs)) return
    this.#wake?.timer.cancel()
    const { clock } = this.#options
    const delayMs = Math.min(LOOK_MS_MAX, Math.max(0, atMs - clock.nowMs()))
    this.#wake = {
      atMs,
      timer: clock.after(delayMs, () => {
        this.#wake = null
        void this.#ask()
      }),
    }
  }

  rowSettled(row: number): void {
    this.#rows.delete(row)
    this.#drainLater()
  }

  timerSettled(row: number): void {
    this.#timers.delete(row)
    if (this.#moreTimers && this.#timers.size <= this.#options.pageRows / 2) void this.#ask()
  }

  #drainLater(): void {
    if (this.#behind && this.#rows.size <= this.#options.rowsInMemoryMax / 2) void this.#ask()
  }

  #feedRow(row: OutboxRow): void {
    this.#lastRow = Math.max(this.#lastRow, row.row)
    this.#rows.add(row.row)
    this.#options.row(row)
  }

  async #ask(): Promise<void> {
    if (this.#stopped) return
    if (this.#asking) {
      this.#askAgain = true
      return
    }
    this.#asking = true
    const { store, clock, pageRows, rowsInMemoryMax, answers, failed } = this.#options
    try {
      do {
        this.#askAgain = false
        const wantRows = this.#behind && this.#rows.size < rowsInMemoryMax
        const nowMs = clock.nowMs()
        const due = await store.call('due', { nowMs, afterRow: this.#lastRow, limit: pageRows })
        if (this.#stopped) return
        answers(due.answers)
        this.#moreTimers = due.timers.length >= pageRows
        this.#feedTimers(due.timers)
        if (wantRows) {
          for (const row of due.outbox) if (!this.#rows.has(row.row)) this.#feedRow(row)
          if (due.outbox.length === 0) this.#behind = false
          else this.#askAgain = true
        } else if (due.outbox.some(({ row }) => row > this.#lastRow)) {
          // Fired schedules write rows without a verdict.
          this.#behind = true
          this.#askAgain = this.#rows.size < rowsInMemoryMax
        }
        if (due.nextMs !== null) this.#lookAgain(due.nextMs, nowMs)
      } while (this.#askAgain)
    } catch (error) {
      failed(messageOf(error))
      this.dueAt(clock.nowMs() + RETRY_MS)
    } finally {
      this.#asking = false
    }
  }

  #feedTimers(timers: readonly TimerRow[]): void {
    for (const timer of timers) {
      if (this.#timers.has(timer.row)) continue
      this.#timers.add(timer.row)
      this.#options.timer(timer)
    }
  }

  /** A full page says `now`; but if all of it is on its way already, asking at once would only spin. */
  #lookAgain(nextMs: number, nowMs: number): void {
    const spinning = nextMs <= nowMs && (this.#moreTimers || this.#behind)
    this.dueAt(spinning ? nowMs + RETRY_MS : nextMs)
  }
}
