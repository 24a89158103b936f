import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Commit, OutboxRow } from '../turn/index.ts'
import { AWAITING_REQUESTS_MAX } from './limits.ts'
import { A, B, type Given, openTester, tester } from './store.testing.ts'

const SECOND_LOT = { component: 'auction', key: 'lot-2' }
const NOW = { nowMs: 1_000, afterRow: 0, limit: 100 }
const deferred = { outcome: { type: 'deferred', token: 't1' }, waitUntilMs: 6_000 } as const
const settle = (token = 't1'): Commit['replies'] => [{ token, outcome: { type: 'replied', output: '7' } }]

/** Sends one message from A to B with a continuation, and gives its row. */
function sent(store: ReturnType<typeof openTester>, continuation: OutboxRow['continuation']): OutboxRow {
  const row = store.commit({ sends: [{ to: B, message: 'hold', input: '{"amount":1}', continuation }] }).outbox[0]
  assert.ok(row)
  return row
}
const BOTH = { then: 'held', otherwise: 'refused', with: '{"hold":"h"}' }

function causedBy({ row, sender, continuation, fate }: OutboxRow): Given {
  return { to: B, cause: { type: 'message', row, sender, continuation, fate } }
}

test('continues the sender with the reply, in the commit that consumes its message', () => {
  const store = openTester()
  const row = sent(store, BOTH)
  assert.deepEqual(row.caller, { identity: 'auction/lot-1', connection: null })
  const verdict = store.commit({ ...causedBy(row), outcome: { type: 'replied', output: '{"left":9}' } })
  assert.deepEqual(verdict.answers, [])
  assert.deepEqual(verdict.outbox, [
    {
      row: 2,
      to: A,
      message: 'held',
      input: '{"hold":"h"}',
      caller: { identity: 'ledger/ann', connection: null },
      sender: B,
      continuation: null,
      fate: 'reply',
      result: '{"left":9}',
      attempts: 0,
      notBeforeMs: 0,
    },
  ])
  assert.deepEqual(store.call('scanOutbox', { after: 0, limit: 10 }), verdict.outbox)
})

test('continues the sender with the rejection', () => {
  const store = openTester()
  const row = sent(store, BOTH)
  const outcome = { type: 'rejected', code: 'NO_FUNDS', data: '{"has":1}' } as const
  const [continuation] = store.commit({ ...causedBy(row), outcome }).outbox
  assert.equal(continuation?.message, 'refused')
  assert.equal(continuation?.fate, 'rejection')
  assert.deepEqual(JSON.parse(continuation?.result ?? ''), { code: 'NO_FUNDS', data: { has: 1 } })
})

test('sends nothing to a sender that named no message for what came', () => {
  const store = openTester()
  const row = sent(store, { then: null, otherwise: 'refused', with: null })
  assert.deepEqual(store.commit(causedBy(row)).outbox, [])
  assert.equal(store.call('statistics', null).outbox, 0)
})

test('refuses a second turn of one message, and a turn of a message for someone else', () => {
  const store = openTester()
  const row = sent(store, null)
  assert.equal(store.refuse({ ...causedBy(row), to: SECOND_LOT }).because, 'consumed')
  store.commit(causedBy(row))
  assert.equal(store.refuse({ ...causedBy(row), base: 1 }).because, 'consumed')
  assert.equal(store.load(B)?.revision, 1)
})

test('answers a deferred request when a later turn replies', () => {
  const store = openTester()
  const waiting = store.commit({ ...deferred, cause: { type: 'request', request: 5, idempotency: null } })
  assert.deepEqual(waiting.answers, [])
  assert.equal(waiting.dueMs, 6_000)
  const settled = store.commit({ base: 1, cause: { type: 'connection', event: 'attached' }, replies: settle() })
  assert.deepEqual(settled.answers, [{ request: 5, answer: { type: 'replied', output: '7' } }])
  assert.equal(store.call('statistics', null).waits, 0)
})

test('continues the sender of a deferred message when a later turn rejects it', () => {
  const store = openTester()
  const row = sent(store, BOTH)
  assert.deepEqual(store.commit({ ...causedBy(row), ...deferred }).outbox, [])
  const outcome = { type: 'rejected', code: 'NO_FUNDS', data: '{}' } as const
  const [continuation] = store.commit({ to: B, base: 1, replies: [{ token: 't1', outcome }] }).outbox
  assert.equal(continuation?.message, 'refused')
  assert.deepEqual(continuation?.to, A)
  assert.equal(continuation?.input, '{"hold":"h"}')
})

test('settles a wait once, in its own turn as well', () => {
  const store = openTester()
  assert.equal(store.commit({ ...deferred, replies: settle() }).answers.length, 1)
  assert.equal(
    store.commit({ base: 1, cause: { type: 'connection', event: 'detached' }, replies: settle() }).answers.length,
    0,
  )
})

test('does not let a turn settle what it has no right to, or what is past its deadline', () => {
  const store = openTester()
  store.commit(deferred)
  const cause = { type: 'connection', event: 'attached' } as const
  assert.deepEqual(store.commit({ to: B, cause, replies: settle() }).answers, [])
  assert.deepEqual(store.commit({ base: 1, nowMs: 6_000, cause, replies: settle() }).answers, [])
  assert.equal(store.call('due', { ...NOW, nowMs: 6_000 }).answers.length, 1)
})

test('ends a wait with OUTCOME_UNKNOWN at its deadline', () => {
  const store = openTester()
  store.commit(deferred)
  const row = sent({ ...store, commit: (given) => store.commit({ ...given, to: SECOND_LOT }) }, BOTH)
  store.commit({ ...causedBy(row), outcome: { type: 'deferred', token: 't2' }, waitUntilMs: 6_000 })
  assert.equal(store.call('due', NOW).nextMs, 6_000)
  const due = store.call('due', { ...NOW, nowMs: 6_000 })
  assert.equal(due.answers.length, 1)
  assert.equal(due.answers[0]?.request, 1)
  assert.equal(due.answers[0]?.answer.type === 'failed' && due.answers[0].answer.code, 'OUTCOME_UNKNOWN')
  assert.equal(due.outbox[0]?.message, 'refused')
  assert.deepEqual(JSON.parse(due.outbox[0]?.result ?? ''), { code: 'OUTCOME_UNKNOWN', data: {} })
  assert.equal(due.nextMs, null)
  assert.deepEqual(store.call('due', { ...NOW, nowMs: 6_001 }).answers, [])
})

test('ends the waits of an entity that is destroyed, after those that its last turn settled', () => {
  const store = openTester()
  store.commit(deferred)
  store.commit({
    base: 1,
    outcome: { type: 'deferred', token: 't2' },
    waitUntilMs: 9_000,
    cause: { type: 'request', request: 2, idempotency: null },
  })
  const gone = store.commit({
    base: 2,
    change: { type: 'destroy' },
    cause: { type: 'connection', event: 'attached' },
    replies: settle(),
  })
  assert.deepEqual(
    gone.answers.map(({ request, answer }) => [request, answer.type === 'failed' ? answer.code : answer.type]),
    [
      [1, 'replied'],
      [2, 'OUTCOME_UNKNOWN'],
    ],
  )
})

test('answers no request of an earlier process', () => {
  const { engine, ...store } = openTester()
  store.commit(deferred)
  const again = tester(engine.restart())
  again.open()
  assert.deepEqual(
    again.commit({ epoch: 2, base: 1, cause: { type: 'connection', event: 'attached' }, replies: settle() }).answers,
    [],
  )
})

test('writes no wait that nobody would be told of', () => {
  const store = openTester()
  store.commit({ ...deferred, cause: { type: 'connection', event: 'attached' } })
  assert.equal(store.call('statistics', null).waits, 0)
})

const KEYED = { type: 'request', request: 1, idempotency: { key: 'k', fingerprint: 'f' } } as const

test('keeps the answer under an idempotency key, and refuses its second use with it', () => {
  const store = openTester()
  assert.equal(store.call('idempotent', { to: A, key: 'k' }), null)
  store.commit({ cause: KEYED, outcome: { type: 'replied', output: '7' } })
  const answer = { type: 'replied', output: '7' }
  assert.deepEqual(store.call('idempotent', { to: A, key: 'k' }), { fingerprint: 'f', answer })
  const refused = store.refuse({ base: 1, cause: KEYED })
  assert.equal(refused.because, 'duplicate')
  assert.deepEqual(refused.answer, answer)
  assert.equal(store.load(A)?.revision, 1)
  store.commit({ to: SECOND_LOT, cause: KEYED })
})

test('keeps a rejection under an idempotency key', () => {
  const store = openTester()
  const outcome = { type: 'rejected', code: 'CLOSED', data: '{}' } as const
  store.commit({ cause: KEYED, outcome, change: { type: 'keep' } })
  assert.deepEqual(store.call('idempotent', { to: A, key: 'k' })?.answer, outcome)
})

test('answers every request that awaits the first use of an idempotency key', () => {
  const store = openTester()
  store.commit({ ...deferred, cause: KEYED })
  assert.deepEqual(store.refuse({ base: 1, cause: KEYED }).answer, null)
  assert.deepEqual(store.call('idempotent', { to: A, key: 'k' }), { fingerprint: 'f', answer: null })
  for (let request = 2; request <= AWAITING_REQUESTS_MAX + 1; request++)
    store.call('awaitIdempotent', { to: A, key: 'k', request })
  const { answers } = store.commit({
    base: 1,
    lease: 2,
    cause: { type: 'connection', event: 'attached' },
    replies: settle(),
  })
  assert.deepEqual(
    answers.map(({ request }) => request),
    Array.from({ length: AWAITING_REQUESTS_MAX }, (_, n) => n + 2),
  )
  assert.deepEqual(store.call('idempotent', { to: A, key: 'k' })?.answer, { type: 'replied', output: '7' })
  assert.throws(() => store.call('awaitIdempotent', { to: A, key: 'k', request: 3 }), { code: 'WAIT_ENDED' })
})

test('lets a retry after a restart await the first use', () => {
  const { engine, ...store } = openTester()
  store.commit({ ...deferred, cause: KEYED })
  const again = tester(engine.restart())
  again.open()
  again.call('awaitIdempotent', { to: A, key: 'k', request: 1 })
  const { answers } = again.commit({
    epoch: 2,
    base: 1,
    cause: { type: 'connection', event: 'attached' },
    replies: settle(),
  })
  assert.deepEqual(
    answers.map(({ request }) => request),
    [1],
  )
})

test('sweeps idempotency keys after a day, and keeps them over the end of their entity until then', () => {
  const store = openTester()
  store.commit({ cause: KEYED })
  store.commit({ base: 1, change: { type: 'destroy' } })
  const day = 24 * 60 * 60 * 1_000
  store.call('due', { ...NOW, nowMs: 1_000 + day })
  assert.ok(store.call('idempotent', { to: A, key: 'k' }))
  store.call('due', { ...NOW, nowMs: 1_001 + day })
  assert.equal(store.call('idempotent', { to: A, key: 'k' }), null)
})

test('asks to be asked again for keys alone, so that they are swept where nothing else is ever due', () => {
  const store = openTester()
  const sweepMs = 1_001 + 24 * 60 * 60 * 1_000
  assert.equal(store.commit({ cause: KEYED }).dueMs, sweepMs)
  assert.equal(store.call('due', NOW).nextMs, sweepMs)
  assert.equal(store.call('due', { ...NOW, nowMs: sweepMs }).nextMs, null)
})
