/**
 * Deferred replies. A wait lies in the store under its token until a turn of the same component settles it, its
 * deadline passes, or its entity is destroyed; the last two end it with OUTCOME_UNKNOWN. It knows who is to be told:
 * requests of this very process (a number of an earlier one means nothing any more), an idempotency key, a sender.
 *
 * A wait that nobody would be told of is not written.
 */
import type { Address, Commit } from '../turn/index.ts'
import { type Ending, endingBy, endingOf, type Origin, tell } from './ending.ts'
import { storeErrors } from './errors.ts'
import { keptAnswer, settleKey } from './idempotency.ts'
import { AWAITING_REQUESTS_MAX, PAGE_ROWS_MAX } from './limits.ts'
import { continuationOf, senderOf } from './outbox.ts'
import { dueAt, type Effects, type StoreState } from './state.ts'

type Stored = {
  token: string
  component: string
  key: string
  boot: number
  requests: string | null
  idempotency_key: string | null
  sender_component: string | null
  sender_key: string | null
  then_message: string | null
  otherwise_message: string | null
  with_input: string | null
}

export function openWait(
  state: StoreState,
  effects: Effects,
  {
    token,
    of,
    deadlineMs,
    origin,
  }: { readonly token: string; readonly of: Address; readonly deadlineMs: number; readonly origin: Origin },
): void {
  const { requests, idempotencyKey, sender, continuation } = origin
  if (requests.length === 0 && idempotencyKey === null && (sender === null || continuation === null)) return
  state.progress.waits += 1
  state.db.run(
    'insert into wait values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    token,
    of.component,
    of.key,
    deadlineMs,
    state.progress.boot,
    requests.length === 0 ? null : JSON.stringify(requests),
    idempotencyKey,
    sender?.component ?? null,
    sender?.key ?? null,
    continuation?.then ?? null,
    continuation?.otherwise ?? null,
    continuation?.with ?? null,
  )
  dueAt(effects, deadlineMs)
}

/**
 * A wait of another component is none of its business; one that is over, or past its deadline, is left alone. Both are
 * no error: the turn could not know.
 */
export function settleWaits(state: StoreState, effects: Effects, { to, nowMs, replies }: Commit): void {
  for (const { token, outcome } of replies) {
    const wait = state.db.get<Stored>(
      'select * from wait where token = ? and component = ? and deadline_ms > ?',
      token,
      to.component,
      nowMs,
    )
    if (wait !== undefined) endWait(state, effects, { wait, ending: endingOf(outcome), by: to })
  }
}

export function endWaitsOf(state: StoreState, effects: Effects, { component, key }: Address): void {
  const ending = endingBy({ code: 'OUTCOME_UNKNOWN', message: `${component}/${key} was destroyed before it replied` })
  for (const wait of state.db.all<Stored>('select * from wait where component = ? and key = ?', component, key)) {
    endWait(state, effects, { wait, ending, by: { component, key } })
  }
}

/** At most `limit`, the earliest first. */
export function expireWaits(
  state: StoreState,
  effects: Effects,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): void {
  const sql = 'select * from wait where deadline_ms <= ? order by deadline_ms limit ?'
  for (const wait of state.db.all<Stored>(sql, nowMs, Math.min(limit, PAGE_ROWS_MAX))) {
    const ending = endingBy({ code: 'OUTCOME_UNKNOWN', message: `${wait.component}/${wait.key} did not reply in time` })
    endWait(state, effects, { wait, ending, by: { component: wait.component, key: wait.key } })
  }
}

/** @throws WAIT_ENDED: the answer is there already, or the key is unknown. */
export function awaitKey(
  state: StoreState,
  at: { readonly to: Address; readonly key: string; readonly request: number },
): void {
  const token = keptAnswer(state, at)?.token ?? null
  const wait = token === null ? undefined : state.db.get<Stored>('select * from wait where token = ?', token)
  if (wait === undefined) throw storeErrors.WAIT_ENDED({ key: at.key })
  const requests = [...requestsOf(state, wait), at.request].slice(-AWAITING_REQUESTS_MAX)
  state.db.run(
    'update wait set requests = ?, boot = ? where token = ?',
    JSON.stringify(requests),
    state.progress.boot,
    wait.token,
  )
}

function endWait(
  state: StoreState,
  effects: Effects,
  { wait, ending, by }: { readonly wait: Stored; readonly ending: Ending; readonly by: Address },
): void {
  state.progress.waits -= state.db.run('delete from wait where token = ?', wait.token)
  if (wait.idempotency_key !== null) {
    const to = { component: wait.component, key: wait.key }
    settleKey(state, { to, key: wait.idempotency_key }, ending.answer)
  }
  const origin: Origin = {
    requests: requestsOf(state, wait),
    idempotencyKey: wait.idempotency_key,
    sender: senderOf(wait),
    continuation: continuationOf(wait),
  }
  tell(state, effects, { origin, ending, by })
}

function requestsOf(state: StoreState, wait: Stored): number[] {
  return wait.boot === state.progress.boot && wait.requests !== null ? (JSON.parse(wait.requests) as number[]) : []
}
