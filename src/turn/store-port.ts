/**
 * What cells and the router may ask of the store. One union per direction and port; items travel in arrays, one array
 * per event-loop tick. A port is answered in the order it asked, and a load sees every commit posted before it.
 */

import type { Address } from './address.ts'
import type { Commit, OutboxRow, Verdict } from './commit.ts'
import type { Answer } from './outcome.ts'
import type { EntityRecord, Page } from './record.ts'

// ---- cell <-> store
export type CellToStore =
  | { readonly type: 'commit'; readonly commit: Commit }
  | { readonly type: 'load'; readonly id: number; readonly component: string; readonly key: string }
  | { readonly type: 'list'; readonly id: number; readonly component: string; readonly page: Page }

export type StoreToCell =
  | { readonly type: 'loaded'; readonly id: number; readonly record: EntityRecord | null }
  | { readonly type: 'listed'; readonly id: number; readonly keys: readonly string[] }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string }

// ---- router <-> store: calls with one result each, and verdicts in between
export type TimerRow = {
  readonly row: number
  readonly to: Address
  readonly name: string
  readonly dueMs: number
  readonly message: string
  readonly input: string | null
}

export type DeadLetter = {
  readonly id: number
  readonly to: Address
  readonly message: string
  readonly input: string | null
  /** Code and message of the last fault. */
  readonly code: string
  readonly reason: string
  readonly attempts: number
  readonly atMs: number
  /** What it was: a row of the outbox, or a timer, that can be delivered again. Requests are never kept. */
  readonly cause: 'message' | 'timer'
  readonly sender: Address | null
}

/** What lies due: at most `limit` of each, in order of row. */
export type Due = {
  readonly outbox: readonly OutboxRow[]
  readonly timers: readonly TimerRow[]
  /** Waits whose deadline passed: ended by this very call, with OUTCOME_UNKNOWN. */
  readonly answers: readonly { readonly request: number; readonly answer: Answer }[]
  /** When to ask next, if nothing is committed meanwhile; null: nothing waits. */
  readonly nextMs: number | null
}

/** Name of the call -> [what it takes, what it returns]. All are applied in the order they are made. */
export type StoreCalls = {
  /** Ends every earlier epoch of the component; commits under them are refused from here on. Durable. */
  openEpoch: [{ component: string }, { epoch: number }]
  endEpoch: [{ component: string; epoch: number }, null]
  /** Ends the entity's leases up to and including `lease`. In memory: a restart ends the epoch anyway. */
  revoke: [{ to: Address; lease: number }, null]
  /** The kept outcome under an idempotency key: null if unknown; `answer` null while the first use still waits. */
  idempotent: [{ to: Address; key: string }, { fingerprint: string; answer: Answer | null } | null]
  /** Has the next settlement of that key's wait answer `request`. */
  awaitIdempotent: [{ to: Address; key: string; request: number }, null]
  /** Outbox rows after `afterRow` and timers that are due, `nowMs` included. Expires waits and old idempotency rows. */
  due: [{ nowMs: number; afterRow: number; limit: number }, Due]
  /** A delivery failed; try again not before `notBeforeMs`. */
  postpone: [{ row: number; attempts: number; notBeforeMs: number }, null]
  /** Takes a row or a timer out of delivery; the sender's `otherwise` is told UNDELIVERED in the same transaction. */
  bury: [
    { cause: 'message' | 'timer'; row: number; code: string; reason: string; attempts: number; nowMs: number },
    { outbox: readonly OutboxRow[] },
  ]
  /** Ends the wait of a row to whose receiver no turn can be given (NOT_FOUND): tells `otherwise`, removes the row. */
  refuse: [{ row: number; code: string; message: string; nowMs: number }, { outbox: readonly OutboxRow[] }]
  deadLetters: [{ after: number; limit: number }, readonly DeadLetter[]]
  /** Puts it back into the outbox (a timer: due now). */
  retryDeadLetter: [{ id: number; nowMs: number }, { outbox: readonly OutboxRow[]; timer: boolean } | null]
  discardDeadLetter: [{ id: number }, boolean]
  /** Declares the schedules of the running system; drops those that are not named any more. */
  schedules: [{ nowMs: number; schedules: readonly ScheduleRow[] }, null]
  get: [Address, EntityRecord | null]
  list: [{ component: string; page: Page }, readonly string[]]
  /** Records by key range, for scans: at most `limit` after `after`. */
  scan: [{ component: string; after: string | null; limit: number }, readonly EntityRecord[]]
  /** Outbox rows by row number, for sums over messages in flight. */
  scanOutbox: [{ after: number; limit: number }, readonly OutboxRow[]]
  statistics: [null, StoreStatistics]
  /** Records what this host runs; a new row only if release, runtime or Node differ from the last one. */
  activate: [{ release: string; runtime: string; node: string; nowMs: number }, { generation: number }]
  generations: [null, readonly Generation[]]
  backup: [{ path: string }, { pages: number; commit: number }]
  close: [null, null]
}
export type ScheduleRow = {
  readonly name: string
  readonly everyMs: number
  readonly to: Address
  readonly message: string
  readonly input: string | null
}
export type Generation = {
  readonly generation: number
  readonly release: string
  readonly runtime: string
  readonly node: string
  readonly atMs: number
}
export type StoreStatistics = {
  readonly commit: number
  readonly entities: Readonly<Record<string, number>>
  readonly outbox: number
  readonly timers: number
  readonly waits: number
  readonly deadLetters: number
  readonly databaseBytes: number
  readonly walBytes: number
  /** Milliseconds that the last and the slowest commit took, fsync included. */
  readonly commitMs: { readonly last: number; readonly worst: number }
}

export type StoreCall = {
  [N in keyof StoreCalls]: {
    readonly type: 'call'
    readonly id: number
    readonly name: N
    readonly take: StoreCalls[N][0]
  }
}[keyof StoreCalls]
export type StoreResult =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | {
      readonly type: 'failed'
      readonly id: number
      readonly code: string
      readonly message: string
      readonly remedy: string
    }
export type StoreToRouter = StoreResult | { readonly type: 'verdict'; readonly verdict: Verdict }

/** The store as its callers see it. Throws `SelfsameError` with the store's codes. */
export interface Store {
  call<N extends keyof StoreCalls>(name: N, take: StoreCalls[N][0]): Promise<StoreCalls[N][1]>
}
