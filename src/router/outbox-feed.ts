/**
 * Which rows of the outbox are held in memory. Rows come with verdicts as they are written, and in pages from the store
 * where they do not: after a start, and after there were more than may be held. Pure state.
 *
 * Invariants:
 * 1. every row up to the cursor is held, or is done with;
 * 2. while it is `behind`, rows that come with verdicts are left to the pages, so that order holds and memory is bounded;
 * 3. it has caught up when a page reaches the last row that was left out (what no verdict told of is older than what one
 *    did), or when one is empty that was asked for after that. While rows keep coming no page may ever be empty.
 *
 * A row may be found twice in a race between a page and its own end. The second delivery is refused as consumed.
 */
import type { OutboxRow } from '../turn/index.ts'

/** Asks for no rows at all: the question is about timers alone. */
const NO_ROWS = Number.MAX_SAFE_INTEGER

export class OutboxFeed {
  readonly #rowsMax: number
  readonly #held = new Set<number>()
  #cursor = 0
  #behind = true
  /** Since the last question. */
  #leftOut = false
  /** The highest row that was ever left to the pages; null: none. */
  #lastLeftOut: number | null = null
  #asked: number | null = null

  constructor({ rowsMax }: { readonly rowsMax: number }) {
    this.#rowsMax = rowsMax
  }

  get behind(): boolean {
    return this.#behind
  }
  get held(): number {
    return this.#held.size
  }
  /** Whether a page should be asked for: there is more, and room for a good part of it. */
  get wantsPage(): boolean {
    return this.#behind && this.#held.size <= this.#rowsMax / 2
  }

  /** Rows that a commit or a call of the store has just written. Returns those to be delivered now. */
  written(rows: readonly OutboxRow[]): OutboxRow[] {
    return rows.filter(({ row }) => {
      if (this.#held.has(row)) return false
      if (!this.#behind && this.#held.size < this.#rowsMax) return this.#hold(row)
      this.#behind = true
      this.#leftOut = true
      this.#lastLeftOut = Math.max(this.#lastLeftOut ?? 0, row)
      // Results of calls are heard after verdicts, so its number may be below the cursor.
      this.#cursor = Math.min(this.#cursor, row - 1)
      return false
    })
  }

  /** Where the next question to the store begins. */
  ask(): number {
    const hasRoom = this.#held.size < this.#rowsMax
    this.#asked = this.#behind && !hasRoom ? null : this.#cursor
    if (this.#asked !== null) this.#leftOut = false
    return this.#asked ?? NO_ROWS
  }

  /** The page that was asked for last. Returns those of its rows to be delivered now. */
  page(rows: readonly OutboxRow[]): OutboxRow[] {
    const asked = this.#asked
    this.#asked = null
    if (asked === null) return []
    // Caught up, the page holds what no verdict told of: schedules that fired.
    if (!this.#behind) return this.written(rows)
    // The cursor went back while the page was on its way: the next one begins there.
    if (this.#cursor < asked) return []
    if (rows.length === 0) {
      this.#behind = this.#leftOut
      return []
    }
    const taken: OutboxRow[] = []
    for (const row of rows) {
      if (this.#held.size >= this.#rowsMax) break
      if (!this.#held.has(row.row) && this.#hold(row.row)) taken.push(row)
      this.#cursor = row.row
    }
    if (this.#lastLeftOut !== null && this.#cursor >= this.#lastLeftOut) this.#behind = false
    return taken
  }

  done(row: number): void {
    this.#held.delete(row)
  }

  #hold(row: number): true {
    this.#held.add(row)
    this.#cursor = Math.max(this.#cursor, row)
    return true
  }
}
