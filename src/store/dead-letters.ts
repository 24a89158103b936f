/**
 * What could not be delivered: taken out of the outbox or the timers, kept with the reason, and told to the sender's
 * `otherwise` as UNDELIVERED in the same transaction. A dead letter can be delivered again; its sender has been told,
 * so it hears no more of it. Only a sender that named no `otherwise` still gets its `then`.
 */
import type { DeadLetter, OutboxRow } from '../turn/index.ts'
import { endingBy, tell } from './ending.ts'
import { storeErrors } from './errors.ts'
import { PAGE_ROWS_MAX } from './limits.ts'
import { deleteOutboxRow, outboxRow, senderOf, writeOutboxRow } from './outbox.ts'
import { type Effects, nextRow, noEffects, type StoreState } from './state.ts'
import { deleteTimer, insertTimer, timerByName, timerByRow } from './timers.ts'

type Stored = {
  id: number
  cause: 'message' | 'timer'
  at_ms: number
  code: string
  reason: string
  attempts: number
  component: string
  key: string
  message: string
  input: string | null
  timer_name: string | null
  caller: string | null
  sender_component: string | null
  sender_key: string | null
  then_message: string | null
  with_input: string | null
  fate: 'reply' | 'rejection' | null
  result: string | null
}

type Burial = {
  readonly cause: 'message' | 'timer'
  readonly row: number
  readonly code: string
  readonly reason: string
  readonly attempts: number
  readonly nowMs: number
}

/** No effect if the row is gone. @throws DEAD_LETTERS_FULL */
export function bury(state: StoreState, burial: Burial): { outbox: OutboxRow[] } {
  const effects: Effects = noEffects()
  switch (burial.cause) {
    case 'message':
      buryMessage(state, effects, burial)
      break
    case 'timer':
      buryTimer(state, burial)
      break
    default:
      burial.cause satisfies never
  }
  return { outbox: effects.outbox }
}

/** The receiver cannot take it (NOT_FOUND): the message has come to its end, and is no dead letter. */
export function refuse(
  state: StoreState,
  { row, code, message }: { readonly row: number; readonly code: string; readonly message: string },
): { outbox: OutboxRow[] } {
  const effects: Effects = noEffects()
  const refused = outboxRow(state, row)
  if (refused !== null) {
    deleteOutboxRow(state, row)
    tell(state, effects, { origin: originOf(refused), ending: endingBy({ code, message }), by: refused.to })
  }
  return { outbox: effects.outbox }
}

/** In order of id; the first page is after 0. */
export function deadLetters(
  state: StoreState,
  { after, limit }: { readonly after: number; readonly limit: number },
): DeadLetter[] {
  const sql = 'select * from dead_letter where id > ? order by id limit ?'
  return state.db.all<Stored>(sql, after, Math.min(limit, PAGE_ROWS_MAX)).map(decode)
}

export function retryDeadLetter(
  state: StoreState,
  { id, nowMs }: { readonly id: number; readonly nowMs: number },
): { outbox: OutboxRow[]; timer: boolean } | null {
  const letter = state.db.get<Stored>('select * from dead_letter where id = ?', id)
  if (letter === undefined) return null
  discardDeadLetter(state, { id })
  const to = { component: letter.component, key: letter.key }
  const { message, input } = letter
  if (letter.cause === 'timer') {
    // A timer that was set meanwhile keeps its name, so this one takes another.
    const name = letter.timer_name ?? message
    const free = timerByName(state, to, name) === null ? name : `${name} (dead letter ${id})`
    insertTimer(state, noEffects(), { to, name: free, dueMs: nowMs, message, input })
    return { outbox: [], timer: true }
  }
  const then = letter.then_message
  const row = writeOutboxRow(state, {
    to,
    message,
    input,
    caller: { identity: letter.caller ?? '', connection: null },
    sender: senderOf(letter),
    continuation: then === null ? null : { then, otherwise: null, with: letter.with_input },
    fate: letter.fate,
    result: letter.result,
  })
  return { outbox: [row], timer: false }
}

export function discardDeadLetter(state: StoreState, { id }: { readonly id: number }): boolean {
  const discarded = state.db.run('delete from dead_letter where id = ?', id)
  state.progress.deadLetters -= discarded
  return discarded > 0
}

function buryMessage(state: StoreState, effects: Effects, burial: Burial): void {
  const row = outboxRow(state, burial.row)
  if (row === null) return
  deleteOutboxRow(state, row.row)
  const continuation = row.continuation?.otherwise === null ? row.continuation : null
  insert(state, burial, {
    ...columns(row),
    timer_name: null,
    caller: row.caller.identity,
    sender_component: row.sender?.component ?? null,
    sender_key: row.sender?.key ?? null,
    then_message: continuation?.then ?? null,
    with_input: continuation?.with ?? null,
    fate: row.fate,
    result: row.result,
  })
  const ending = endingBy({ code: 'UNDELIVERED', message: burial.reason })
  tell(state, effects, { origin: originOf(row), ending, by: row.to })
}

function buryTimer(state: StoreState, burial: Burial): void {
  const timer = timerByRow(state, burial.row)
  if (timer === null) return
  deleteTimer(state, timer.to, timer.name)
  insert(state, burial, {
    ...columns(timer),
    timer_name: timer.name,
    caller: null,
    sender_component: null,
    sender_key: null,
    then_message: null,
    with_input: null,
    fate: null,
    result: null,
  })
}

function originOf({ sender, continuation }: OutboxRow) {
  return { requests: [], idempotencyKey: null, sender, continuation }
}

function columns({ to, message, input }: Pick<OutboxRow, 'to' | 'message' | 'input'>) {
  return { component: to.component, key: to.key, message, input }
}

function insert(
  state: StoreState,
  { cause, code, reason, attempts, nowMs }: Burial,
  row: Omit<Stored, 'id' | 'cause' | 'at_ms' | 'code' | 'reason' | 'attempts'>,
): void {
  const most = state.limits.deadLettersMax
  // What was done before is taken back with the transaction: the row stays where it was.
  if (state.progress.deadLetters >= most) throw storeErrors.DEAD_LETTERS_FULL({ most })
  state.progress.deadLetters += 1
  state.db.run(
    'insert into dead_letter values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    nextRow(state),
    cause,
    nowMs,
    code,
    reason,
    attempts,
    row.component,
    row.key,
    row.message,
    row.input,
    row.timer_name,
    row.caller,
    row.sender_component,
    row.sender_key,
    row.then_message,
    row.with_input,
    row.fate,
    row.result,
  )
}

function decode(stored: Stored): DeadLetter {
  const { id, component, key, message, input, code, reason, attempts, at_ms: atMs, cause } = stored
  return { id, to: { component, key }, message, input, code, reason, attempts, atMs, cause, sender: senderOf(stored) }
}
