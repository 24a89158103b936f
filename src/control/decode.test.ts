import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeRequest } from './decode.ts'

const page = { limit: 10, prefix: null, after: null, where: [{ name: 'phase', value: 'open' }] }

test('a request of each verb is taken as it is', () => {
  const requests = [
    { type: 'status', id: 1, take: null },
    { type: 'list', id: 2, take: { component: 'auction', page } },
    { type: 'inspect', id: 3, take: { address: { component: 'auction', key: 'lot/1' }, personal: false } },
    { type: 'dead-letters', id: 4, take: { after: 0, limit: 10 } },
    { type: 'retry-dead-letter', id: 5, take: { letter: 7 } },
    { type: 'discard-dead-letter', id: 6, take: { letter: 7 } },
    { type: 'backup', id: 7, take: { path: '/tmp/x' } },
    { type: 'check', id: 8, take: null },
    { type: 'logs', id: 9, take: { component: null, entity: 'a/b', last: 5, follow: true } },
    { type: 'profile', id: 10, take: { cell: 'auction', kind: 'cpu', durationMs: 10, path: '/tmp/x' } },
    { type: 'stop', id: 11, take: null },
    { type: 'cancel', id: 9 },
  ]
  for (const request of requests) assert.deepEqual(decodeRequest(JSON.stringify(request)), { request })
})

function refused(line: unknown, expected: { id: number | null; reason: RegExp }): void {
  const decoded = decodeRequest(typeof line === 'string' ? line : JSON.stringify(line))
  assert.equal(decoded.request, null)
  if (decoded.request !== null) return
  assert.equal(decoded.id, expected.id)
  assert.match(decoded.reason, expected.reason)
}

test('what is no request is refused with its reason, and its id if it has one', () => {
  refused('{', { id: null, reason: /not JSON/ })
  refused('[]', { id: null, reason: /a request must be an object/ })
  refused({ type: 'status' }, { id: null, reason: /id must be a whole number/ })
  refused({ type: 'status', id: 1.5 }, { id: null, reason: /id must be a whole number/ })
  refused({ type: 'statsu', id: 1 }, { id: 1, reason: /there is no verb 'statsu'\. Did you mean 'status'\?/ })
  refused({ type: 'constructor', id: 1 }, { id: 1, reason: /there is no verb/ })
  refused({ type: 'list', id: 1 }, { id: 1, reason: /take must be an object/ })
  refused({ type: 'list', id: 1, take: { component: 'a', page: { ...page, limit: 1e9 } } }, { id: 1, reason: /limit/ })
  refused({ type: 'list', id: 1, take: { component: 'a', page: { ...page, where: {} } } }, { id: 1, reason: /where/ })
  refused({ type: 'backup', id: 1, take: { path: 'here' } }, { id: 1, reason: /path must be absolute/ })
  refused({ type: 'profile', id: 1, take: { cell: 'a', kind: 'gpu' } }, { id: 1, reason: /'cpu' or 'heap'/ })
})
