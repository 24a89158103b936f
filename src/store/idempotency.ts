/**
 * Answers kept under the caller's own key, so that a retry is safe. Written by the commit of the first use, settled
 * with its wait if it has one, swept when 24 hours have passed. They outlive their entity: the retry of a message that
 * destroyed it must be told the same as the first.
 */
import type { Address, Answer, RequestCause } from '../turn/index.ts'
import { IDEMPOTENCY_KEPT_MS, SWEEP_ROWS_MAX } from './limits.ts'
import type { StoreState } from './state.ts'

type Key = { readonly to: Address; readonly key: string }
type Stored = { readonly fingerprint: string; readonly token: string | null; readonly answer: string | null }

/** null: the key is new. */
export function keptAnswer(
  state: StoreState,
  at: Key,
): { fingerprint: string; token: string | null; answer: Answer | null } | null {
  const row = state.db.get<Stored>(
    'select fingerprint, token, answer from idempotency where component = ? and key = ? and idempotency_key = ?',
    at.to.component,
    at.to.key,
    at.key,
  )
  if (row === undefined) return null
  const { fingerprint, token, answer } = row
  return { fingerprint, token, answer: answer === null ? null : (JSON.parse(answer) as Answer) }
}

/** Either the answer is known, or it will come with the wait `token`. */
export function keepAnswer(
  state: StoreState,
  {
    to,
    idempotency,
    atMs,
    answer,
    token,
  }: {
    readonly to: Address
    readonly idempotency: NonNullable<RequestCause['idempotency']>
    readonly atMs: number
    readonly answer: Answer | null
    readonly token: string | null
  },
): void {
  state.db.run(
    'insert into idempotency values (?, ?, ?, ?, ?, ?, ?)',
    to.component,
    to.key,
    idempotency.key,
    idempotency.fingerprint,
    atMs,
    token,
    answer && JSON.stringify(answer),
  )
}

export function settleKey(state: StoreState, at: Key, answer: Answer): void {
  state.db.run(
    'update idempotency set answer = ?, token = null where component = ? and key = ? and idempotency_key = ?',
    JSON.stringify(answer),
    at.to.component,
    at.to.key,
    at.key,
  )
}

/** When a key that was used at `atMs` may be swept. */
export function sweepDueMs(atMs: number): number {
  return atMs + IDEMPOTENCY_KEPT_MS + 1
}

/** In the past if there is more to sweep than one call does. */
export function nextSweep(state: StoreState): number | null {
  const oldest = state.db.get<{ at: number | null }>('select min(at_ms) as at from idempotency')?.at ?? null
  return oldest === null ? null : sweepDueMs(oldest)
}

export function sweepKeys(state: StoreState, nowMs: number): void {
  const before = nowMs - IDEMPOTENCY_KEPT_MS
  if (state.db.get('select 1 from idempotency where at_ms < ? limit 1', before) === undefined) return
  state.db.run(
    `delete from idempotency where (component, key, idempotency_key) in (
       select component, key, idempotency_key from idempotency where at_ms < ? limit ?)`,
    before,
    SWEEP_ROWS_MAX,
  )
}
