/**
 * One commit, whole or not at all: fences first, then the record at its base, then the cause that it consumes, then
 * its effects. Everything that can refuse it stands before the first write, so that a refused commit leaves nothing
 * behind in the transaction that it shares with others. What throws instead is the business of the group (engine.ts).
 */
import { assert } from '../base/index.ts'
import type { Answer, Commit, NumberedEvent, Refusal, Verdict } from '../turn/index.ts'
import { endingOf, NOBODY, type Origin, tell } from './ending.ts'
import { storeErrors } from './errors.ts'
import { keepAnswer, keptAnswer, sweepDueMs } from './idempotency.ts'
import { writeIndexes } from './indexes.ts'
import { continuationOf, deleteOutboxRow, insertOutboxRow, senderOf } from './outbox.ts'
import { type Written, writeRecord } from './record.ts'
import { dueAt, type Effects, noEffects, type StoreState } from './state.ts'
import { changeTimers, deleteTimer, deleteTimersOf, hasTimer } from './timers.ts'
import { endWaitsOf, openWait, settleWaits } from './waits.ts'

export function applyCommit(state: StoreState, commit: Commit): Verdict {
  const fenced = state.fences.refusalOf(commit)
  if (fenced !== null) return refused(state, commit, { because: fenced, message: FENCES[fenced] })
  if (!commit.to.key.isWellFormed()) throw storeErrors.KEY_ILL_FORMED({ key: commit.to.key })
  const origin = findCause(state, commit)
  if ('because' in origin) return refused(state, commit, origin)
  const written = writeRecord(state, commit)
  if (written === null) return refused(state, commit, { because: 'base', message: FENCES.base })
  const effects = noEffects()
  consumeCause(state, commit)
  decideOutcome(state, effects, { commit, origin })
  changeEntity(state, effects, commit)
  for (const { to, message, input, continuation } of commit.sends) {
    const sent = { to, message, input, from: commit.to, continuation, fate: null, result: null }
    effects.outbox.push(insertOutboxRow(state, sent))
  }
  state.progress.commits += 1
  return {
    type: 'committed',
    turn: commit.turn,
    to: commit.to,
    commit: state.progress.commits,
    revision: written.revision,
    destroyed: written.destroyed,
    events: numbered(commit, written),
    answers: effects.answers,
    outbox: effects.outbox,
    dueMs: effects.dueMs,
  }
}

type Refused = { readonly because: Refusal; readonly message: string; readonly answer?: Answer | null }

const FENCES = {
  epoch: 'the epoch of its cell has ended',
  lease: 'its lease was revoked',
  base: 'the record is not the one that the turn was computed from',
}

/** Ends the lease as well: what the cell computed on top of this commit must not be taken. */
export function refused(state: StoreState, commit: Commit, { because, message, answer = null }: Refused): Verdict {
  if (because !== 'epoch' && because !== 'lease') state.fences.breakLease(commit)
  return { type: 'refused', turn: commit.turn, to: commit.to, because, answer, message }
}

/** Who is to be told of the outcome, or why the cause cannot be consumed. Writes nothing. */
function findCause(state: StoreState, { to, cause }: Commit): Origin | Refused {
  switch (cause.type) {
    case 'request': {
      const requests = [cause.request]
      if (cause.idempotency === null) return { ...NOBODY, requests }
      const kept = keptAnswer(state, { to, key: cause.idempotency.key })
      if (kept === null) return { ...NOBODY, requests, idempotencyKey: cause.idempotency.key }
      return { because: 'duplicate', message: 'its idempotency key was used before', answer: kept.answer }
    }
    case 'message': {
      // The row says who waits, not the cell: what a cell hands in about others is not taken for true.
      const row = state.db.get<Parameters<typeof senderOf>[0] & Parameters<typeof continuationOf>[0]>(
        'select sender_component, sender_key, then_message, otherwise_message, with_input from outbox where row = ? and component = ? and key = ?',
        cause.row,
        to.component,
        to.key,
      )
      if (row === undefined) return { because: 'consumed', message: `row ${cause.row} is not in the outbox any more` }
      return { ...NOBODY, sender: senderOf(row), continuation: continuationOf(row) }
    }
    case 'timer':
      return hasTimer(state, to, cause)
        ? NOBODY
        : { because: 'consumed', message: `the timer '${cause.name}' has fired, was cancelled or set anew` }
    case 'connection':
      return NOBODY
    default:
      return cause satisfies never
  }
}

/** Before the turn's own timers are set: it may set the very one that it was started by. */
function consumeCause(state: StoreState, { to, cause }: Commit): void {
  if (cause.type === 'message') deleteOutboxRow(state, cause.row)
  if (cause.type === 'timer') deleteTimer(state, to, cause.name)
}

function decideOutcome(
  state: StoreState,
  effects: Effects,
  { commit, origin }: { readonly commit: Commit; readonly origin: Origin },
): void {
  const { to, outcome, cause, nowMs } = commit
  const idempotency = cause.type === 'request' ? cause.idempotency : null
  if (idempotency !== null) dueAt(effects, sweepDueMs(nowMs))
  if (outcome.type === 'deferred') {
    assert(commit.waitUntilMs !== null, 'a deferred outcome has a deadline')
    const { token } = outcome
    if (idempotency !== null) keepAnswer(state, { to, idempotency, atMs: nowMs, answer: null, token })
    openWait(state, effects, { token, of: to, deadlineMs: Math.ceil(commit.waitUntilMs), origin })
    return
  }
  const ending = endingOf(outcome)
  if (idempotency !== null) keepAnswer(state, { to, idempotency, atMs: nowMs, answer: ending.answer, token: null })
  tell(state, effects, { origin, ending, by: to })
}

/** Settling comes before `destroy`, which ends what is still open, and after the outcome: a turn may settle its own. */
function changeEntity(state: StoreState, effects: Effects, commit: Commit): void {
  const { to, change } = commit
  settleWaits(state, effects, commit)
  if (change.type === 'put') writeIndexes(state, to, change.indexes)
  if (change.type === 'destroy') {
    writeIndexes(state, to, [])
    deleteTimersOf(state, to)
    endWaitsOf(state, effects, to)
  } else changeTimers(state, effects, commit)
}

function numbered({ events }: Commit, { sequence }: Written): NumberedEvent[] {
  const before = sequence - events.length
  return events.map(({ event, data }, index) => ({ event, data, sequence: before + index + 1 }))
}
