import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fences } from './fences.ts'
import { ENDED_LEASES_MAX } from './limits.ts'
import { A, B, commitOf, openTester, tester } from './store.testing.ts'

test('refuses a commit of an epoch that was never opened', () => {
  const store = openTester()
  assert.equal(store.refuse({ to: { component: 'lobby', key: 'x' } }).because, 'epoch')
})

test('refuses a commit of an ended epoch', () => {
  const store = openTester()
  store.commit()
  store.call('endEpoch', { component: 'auction', epoch: 1 })
  assert.equal(store.refuse({ base: 1 }).because, 'epoch')
  assert.equal(store.load(A)?.revision, 1)
})

test('ends the earlier epoch by opening a later one', () => {
  const store = openTester()
  assert.deepEqual(store.call('openEpoch', { component: 'auction' }), { epoch: 2 })
  assert.equal(store.refuse({ epoch: 1 }).because, 'epoch')
  store.call('endEpoch', { component: 'auction', epoch: 1 })
  store.commit({ epoch: 2 })
})

test('has no live epoch after a restart, and gives no epoch twice', () => {
  const { engine, ...store } = openTester()
  store.commit()
  const again = tester(engine.restart())
  assert.equal(again.refuse({ base: 1 }).because, 'epoch')
  assert.deepEqual(again.call('openEpoch', { component: 'auction' }), { epoch: 2 })
  again.commit({ epoch: 2, base: 1 })
})

test('refuses what comes under a revoked lease, of that entity alone', () => {
  const store = openTester()
  store.call('revoke', { to: A, lease: 3 })
  assert.equal(store.refuse({ lease: 3 }).because, 'lease')
  assert.equal(store.refuse({ lease: 2 }).because, 'lease')
  store.commit({ lease: 4 })
  store.commit({ to: B })
})

test('never lets a lower revocation bring a higher lease back', () => {
  const store = openTester()
  store.call('revoke', { to: A, lease: 3 })
  store.call('revoke', { to: A, lease: 1 })
  assert.equal(store.refuse({ lease: 2 }).because, 'lease')
})

test('refuses a commit that was computed from another revision', () => {
  const store = openTester()
  store.commit()
  store.commit({ base: 1 })
  assert.equal(store.refuse({ base: 1, lease: 2 }).because, 'base')
  assert.equal(store.refuse({ base: 0, lease: 3 }).because, 'base')
  assert.equal(store.refuse({ base: 1, lease: 4, change: { type: 'keep' } }).because, 'base')
  assert.equal(store.refuse({ base: 1, lease: 5, change: { type: 'destroy' } }).because, 'base')
  assert.equal(store.refuse({ base: 0, lease: 6, change: { type: 'keep' } }).because, 'base')
  assert.equal(store.load(A)?.revision, 2)
})

test('refuses what rested on a refused commit even where the revision fits by chance', () => {
  const store = openTester()
  store.commit({ change: '{"life":1}' })
  const verdicts = store.decide(
    // The timer is gone, so the entity is not destroyed; what follows was computed as if it were.
    { base: 1, change: { type: 'destroy' }, cause: { type: 'timer', name: 'end', row: 99 } },
    { base: 0, change: '{"life":2}' },
    { base: 1, change: '{"life":3}' },
  )
  assert.deepEqual(
    verdicts.map((v) => v.type === 'refused' && v.because),
    ['consumed', 'base', 'base'],
  )
  assert.equal(store.load(A)?.state, '{"life":1}')
  store.commit({ base: 1, lease: 2 })
})

test('lets cells without state go on after a refused commit', () => {
  const store = openTester()
  const none = { type: 'none' } as const
  store.refuse({ change: none, cause: { type: 'timer', name: 'x', row: 1 } })
  store.commit({ change: none })
})

test('forgets the oldest ended lease beyond the bound', () => {
  const fences = new Fences()
  fences.openEpoch('auction', 1)
  for (let n = 0; n <= ENDED_LEASES_MAX; n++) fences.revoke({ component: 'auction', key: `${n}` }, 1)
  fences.keep()
  const at = (key: string) => fences.refusalOf(commitOf({ to: { component: 'auction', key } }))
  assert.equal(at('0'), null)
  assert.equal(at('1'), 'lease')
  assert.equal(at(`${ENDED_LEASES_MAX}`), 'lease')
})

test('takes back every change of a transaction that was rolled back', () => {
  const fences = new Fences()
  fences.openEpoch('auction', 1)
  fences.revoke(A, 1)
  fences.keep()
  fences.revoke(A, 5)
  fences.breakLease(commitOf({ lease: 7 }))
  fences.openEpoch('auction', 2)
  fences.rollBack()
  assert.equal(fences.refusalOf(commitOf({ lease: 1 })), 'lease')
  assert.equal(fences.refusalOf(commitOf({ lease: 2 })), null)
})
