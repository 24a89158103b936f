/**
 * The store's counters, one row of one table: written once per transaction, whatever it did. They are counted as rows
 * come and go, because counting a million rows would hold up the commits.
 */
import type { Database } from './database.ts'

export type Progress = {
  /** Number of the last commit, over the whole store. Every commit and every call that changes something takes one. */
  commits: number
  /** Number of the last row given out. */
  row: number
  /** How often the store was opened: a request number means nothing to a later process. */
  boot: number
  outbox: number
  timers: number
  waits: number
  deadLetters: number
}

export function loadProgress(db: Database): Progress {
  const row = db.get<Progress>(
    'select commits, row, boot, outbox, timers, waits, dead_letters as deadLetters from progress',
  )
  if (row === undefined) throw new Error('the row of counters is missing')
  return { ...row }
}

export function saveProgress(db: Database, now: Progress): void {
  db.run(
    'update progress set commits = ?, row = ?, boot = ?, outbox = ?, timers = ?, waits = ?, dead_letters = ?',
    now.commits,
    now.row,
    now.boot,
    now.outbox,
    now.timers,
    now.waits,
    now.deadLetters,
  )
}

export function sameProgress(a: Progress, b: Progress): boolean {
  return (
    a.commits === b.commits &&
    a.row === b.row &&
    a.boot === b.boot &&
    a.outbox === b.outbox &&
    a.timers === b.timers &&
    a.waits === b.waits &&
    a.deadLetters === b.deadLetters
  )
}
