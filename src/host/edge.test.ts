import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToEdge } from '../cell/index.ts'
import { Edge } from './edge.ts'

const request = { gateway: 0, method: 'GET', url: 'http://house/', headers: [] }

function edge() {
  const asked: ToEdge[] = []
  const lines: string[] = []
  return {
    asked,
    lines,
    edge: new Edge({ send: (item) => asked.push(item) > 0, log: ({ message }) => lines.push(message) }),
  }
}

test('callers are told apart by the number of their question', async () => {
  const { edge: host, asked } = edge()
  const [first, second] = [host.authenticate(request), host.authenticate(request)]
  const [one = 0, two = 0] = asked.map(({ id }) => id)
  host.receive([
    { type: 'identified', id: two, identity: 'eve' },
    { type: 'identified', id: one, identity: 'ada' },
  ])
  assert.deepEqual(await Promise.all([first, second]), ['ada', 'eve'])
})

test('a system file that throws fails the one question, and the log has its stack', async () => {
  const { edge: host, asked, lines } = edge()
  const told = assert.rejects(host.authenticate(request), { code: 'EDGE_FAILED', message: /no users today/ })
  host.receive([{ type: 'edge-failed', id: asked[0]?.id ?? 0, message: 'no users today', stack: 'at authenticate' }])
  await told
  assert.deepEqual(lines, ['no users today'])
})

test('questions that the edge cell takes with it fail, and later ones are asked anew', async () => {
  const { edge: host, asked } = edge()
  const told = assert.rejects(host.plans(), { code: 'EDGE_FAILED', message: /its cell ended/ })
  host.ended()
  await told
  const plans = host.plans()
  host.receive([{ type: 'folding', id: asked[1]?.id ?? 0, plans: [] }])
  assert.deepEqual(await plans, [])
})

test('a question that comes while no cell serves fails at once', async () => {
  const host = new Edge({ send: () => false, log: () => {} })
  await assert.rejects(host.authenticate(request), { code: 'EDGE_FAILED', message: /does not serve/ })
})
