/** A key that settles between two looks at it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Store } from '../turn/index.ts'
import { Deadlines } from './deadlines.ts'
import { FakeClock } from './fake-world.testing.ts'
import { IdempotentRequests } from './idempotency.ts'
import { ROUTER_LIMITS } from './limits.ts'
import { Requests } from './requests.ts'

function keyed(results: readonly (() => unknown)[]) {
  const left = [...results]
  const store = { call: async () => left.shift()?.() } as unknown as Store
  const deadlines = new Deadlines({ clock: new FakeClock(), suspended: false })
  const requests = new Requests({ limits: ROUTER_LIMITS, deadlines, withdraw: () => false })
  const answering = new IdempotentRequests({ store, limits: ROUTER_LIMITS, requests, deadlines }).request({
    to: { component: 'auction', key: 'lot' },
    idempotency: { key: 'k', fingerprint: 'f' },
    deadlineMs: 1_000,
    run: () => assert.fail('the key was used'),
  })
  return { requests, answering }
}

const kept = (answer: Answer | null) => () => ({ fingerprint: 'f', answer })
const waitEnded = () => {
  throw Object.assign(new Error('it ended'), { code: 'WAIT_ENDED' })
}

test('a retry whose wait ended between two looks is told the answer, and leaves nothing open', async () => {
  const told: Answer = { type: 'replied', output: '9' }
  const { requests, answering } = keyed([kept(null), waitEnded, kept(told)])
  assert.deepEqual(await answering, told)
  assert.equal(requests.size, 0)
})

test('a retry whose store fails as it is about to wait leaves nothing open', async () => {
  const { requests, answering } = keyed([
    kept(null),
    () => {
      throw Object.assign(new Error('gone'), { code: 'STORE_STOPPED' })
    },
  ])
  assert.equal((await answering).type, 'failed')
  assert.equal(requests.size, 0)
})
