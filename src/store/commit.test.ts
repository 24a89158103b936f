import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, B, openTester } from './store.testing.ts'

test('creates a record at revision 1 and raises it with every commit', () => {
  const store = openTester()
  assert.equal(store.commit({ change: '{"n":1}' }).revision, 1)
  assert.equal(store.commit({ base: 1, change: '{"n":2}' }).revision, 2)
  assert.deepEqual(store.load(A), { key: 'lot-1', state: '{"n":2}', revision: 2, sequence: 0, version: 'v1' })
})

test('numbers commits over the whole store', () => {
  const store = openTester()
  assert.equal(store.commit().commit, 1)
  assert.equal(store.commit({ to: B }).commit, 2)
})

test('keeps the state but raises the revision when only effects are committed', () => {
  const store = openTester()
  store.commit({ change: '{"n":1}' })
  const kept = store.commit({
    base: 1,
    version: 'v2',
    change: { type: 'keep' },
    events: [{ event: 'seen', data: '1' }],
  })
  assert.deepEqual(kept.events, [{ event: 'seen', data: '1', sequence: 1 }])
  assert.deepEqual(store.load(A), { key: 'lot-1', state: '{"n":1}', revision: 2, sequence: 1, version: 'v1' })
})

test('leaves no record when a creating turn rejected', () => {
  const store = openTester()
  const rejected = { type: 'rejected', code: 'CLOSED', data: '{}' } as const
  const verdict = store.commit({ change: { type: 'keep' }, outcome: rejected })
  assert.equal(verdict.revision, 0)
  assert.deepEqual(verdict.answers, [{ request: 1, answer: rejected }])
  assert.equal(store.load(A), null)
})

test('numbers events from the record and goes on where it stopped', () => {
  const store = openTester()
  const event = { event: 'highest', data: '{}' }
  assert.deepEqual(
    store.commit({ events: [event, event] }).events.map((e) => e.sequence),
    [1, 2],
  )
  assert.deepEqual(
    store.commit({ base: 1, events: [event] }).events.map((e) => e.sequence),
    [3],
  )
})

test('commits a cell without state under no revision', () => {
  const store = openTester()
  const none = { type: 'none' } as const
  assert.equal(store.commit({ change: none }).revision, 0)
  assert.equal(store.commit({ change: none }).revision, 0)
  assert.equal(store.load(A), null)
})

test('destroys the record with its indexes and timers, and begins anew afterwards', () => {
  const store = openTester()
  const indexes = [{ name: 'phase', value: 'open' }]
  const timer = { type: 'set', name: 'close', dueMs: 5_000, message: 'close', input: null } as const
  store.commit({ change: { type: 'put', state: '{}', indexes }, timers: [timer], events: [{ event: 'e', data: '1' }] })
  const gone = store.commit({ base: 1, change: { type: 'destroy' }, events: [{ event: 'gone', data: '1' }] })
  assert.equal(gone.destroyed, true)
  assert.equal(gone.revision, 0)
  assert.deepEqual(
    gone.events.map((e) => e.sequence),
    [2],
  )
  const { entities, timers } = store.call('statistics', null)
  assert.deepEqual({ entities, timers }, { entities: { auction: 0, ledger: 0 }, timers: 0 })
  const page = { limit: 10, prefix: null, after: null, where: [{ name: 'phase', value: 'open' }] }
  assert.deepEqual(store.call('list', { component: 'auction', page }), [])
  assert.deepEqual(
    store.commit({ events: [{ event: 'e', data: '1' }] }).events.map((e) => e.sequence),
    [1],
  )
})

test('tells the earliest time that the commit brought into the store', () => {
  const store = openTester()
  assert.equal(store.commit().dueMs, null)
  const timer = (name: string, dueMs: number) => ({ type: 'set', name, dueMs, message: 'close', input: null }) as const
  const verdict = store.commit({
    base: 1,
    timers: [timer('a', 9_000), timer('b', 4_000.5)],
    outcome: { type: 'deferred', token: 't' },
    waitUntilMs: 6_000,
  })
  assert.equal(verdict.dueMs, 4_001)
})

test('refuses a key that has no UTF-8 form', () => {
  const store = openTester()
  const refused = store.refuse({ to: { component: 'auction', key: '\ud800' } })
  assert.equal(refused.because, 'failed')
  assert.match(refused.message, /^KEY_ILL_FORMED: /)
  assert.equal(store.load({ component: 'auction', key: '\ud800' }), null)
})

test('keeps keys and states of every Unicode kind apart', () => {
  const store = openTester()
  const keys = ['é', 'e\u0301', 'a\u0000b', 'a', '\u{1f600}', ' ', '%', "'; drop table record; --", 'x'.repeat(512)]
  for (const key of keys) store.commit({ to: { component: 'auction', key }, change: JSON.stringify({ key }) })
  for (const key of keys) {
    assert.equal(store.load({ component: 'auction', key })?.state, JSON.stringify({ key }))
    assert.equal(store.load({ component: 'auction', key })?.key, key)
  }
})
