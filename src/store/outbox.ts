/**
 * Messages on their way: written by the commit that sends them, deleted by the commit of the turn that they cause.
 * A row that is itself a continuation carries its `fate` and `result`; its input is composed by the receiving cell.
 */
import {
  type Address,
  addressText,
  type Caller,
  type Continuation,
  type OutboxRow,
  type Payload,
} from '../turn/index.ts'
import { PAGE_BYTES_MAX, PAGE_ROWS_MAX } from './limits.ts'
import { nextRow, type StoreState } from './state.ts'

type Stored = {
  row: number
  component: string
  key: string
  message: string
  input: string | null
  caller: string
  sender_component: string | null
  sender_key: string | null
  then_message: string | null
  otherwise_message: string | null
  with_input: string | null
  fate: 'reply' | 'rejection' | null
  result: string | null
  attempts: number
  not_before_ms: number
}

export type NewOutboxRow = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  /** The entity that sends it, or who sends it on nobody's behalf (a schedule). */
  readonly from: Address | string
  readonly continuation: Continuation | null
  readonly fate: 'reply' | 'rejection' | null
  readonly result: Payload
}

export function insertOutboxRow(state: StoreState, row: NewOutboxRow): OutboxRow {
  const sender = typeof row.from === 'string' ? null : row.from
  const identity = typeof row.from === 'string' ? row.from : addressText(row.from)
  return writeOutboxRow(state, { ...row, sender, caller: { identity, connection: null } })
}

export function writeOutboxRow(
  state: StoreState,
  sent: Omit<NewOutboxRow, 'from'> & { readonly sender: Address | null; readonly caller: Caller },
): OutboxRow {
  const { to, message, input, caller, sender, continuation, fate, result } = sent
  const row = nextRow(state)
  state.progress.outbox += 1
  state.db.run(
    'insert into outbox values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)',
    row,
    to.component,
    to.key,
    message,
    input,
    caller.identity,
    sender?.component ?? null,
    sender?.key ?? null,
    continuation?.then ?? null,
    continuation?.otherwise ?? null,
    continuation?.with ?? null,
    fate,
    result,
  )
  return { row, to, message, input, caller, sender, continuation, fate, result, attempts: 0, notBeforeMs: 0 }
}

export function outboxRow(state: StoreState, row: number): OutboxRow | null {
  const stored = state.db.get<Stored>('select * from outbox where row = ?', row)
  return stored === undefined ? null : decode(stored)
}

export function deleteOutboxRow(state: StoreState, row: number): void {
  state.progress.outbox -= state.db.run('delete from outbox where row = ?', row)
}

/** In order of row. A page may end before `limit` (bytes); only an empty page is the end. */
export function outboxPage(state: StoreState, page: { readonly after: number; readonly limit: number }): OutboxRow[] {
  const rows: OutboxRow[] = []
  let bytes = 0
  const sql = 'select * from outbox where row > ? order by row limit ?'
  for (const stored of state.db.iterate<Stored>(sql, page.after, Math.min(page.limit, PAGE_ROWS_MAX))) {
    rows.push(decode(stored))
    bytes += (stored.input?.length ?? 0) + (stored.with_input?.length ?? 0) + (stored.result?.length ?? 0)
    if (bytes > PAGE_BYTES_MAX) break
  }
  return rows
}

export function postpone(
  state: StoreState,
  { row, attempts, notBeforeMs }: { readonly row: number; readonly attempts: number; readonly notBeforeMs: number },
): void {
  state.db.run('update outbox set attempts = ?, not_before_ms = ? where row = ?', attempts, notBeforeMs, row)
}

/** Two columns of a row as an address, or null. */
export function senderOf(row: { sender_component: string | null; sender_key: string | null }): Address | null {
  const { sender_component: component, sender_key: key } = row
  return component === null || key === null ? null : { component, key }
}

/** Nobody wants to hear back: then the row carries no continuation at all. */
export function continuationOf(row: {
  then_message: string | null
  otherwise_message: string | null
  with_input: string | null
}): Continuation | null {
  const { then_message: then, otherwise_message: otherwise } = row
  return then === null && otherwise === null ? null : { then, otherwise, with: row.with_input }
}

function decode(stored: Stored): OutboxRow {
  return {
    row: stored.row,
    to: { component: stored.component, key: stored.key },
    message: stored.message,
    input: stored.input,
    caller: { identity: stored.caller, connection: null },
    sender: senderOf(stored),
    continuation: continuationOf(stored),
    fate: stored.fate,
    result: stored.result,
    attempts: stored.attempts,
    notBeforeMs: stored.not_before_ms,
  }
}
