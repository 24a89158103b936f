import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCell } from '../../cell.testing.ts'

const SYSTEM = `(require) => ({ default: { kind: 'system',
  gateways: [
    { async authenticate(request) {
      const user = request.headers.get('x-user')
      if (user === 'nobody') throw new Error('not known')
      return user === 'odd' ? 7 : user === 'long' ? 'x'.repeat(300) : user } },
    {} ],
  invariants: {
    money: { entities: { ledger: (s) => s.available }, messages: { ledger: { deposit: ({ amount }) => amount } }, holds: (sum) => sum === 6 },
    broken: { entities: { ledger: () => 'many' }, holds: () => { throw new Error('cannot say') } } } } })`

async function edgeCell() {
  const started = testCell({ script: SYSTEM, codified: { kind: 'edge' } })
  await started.cell.ready
  const authenticate = (id: number, user: string, gateway = 0) =>
    started.cell.send({
      type: 'authenticate',
      id,
      gateway,
      method: 'GET',
      url: 'http://house/',
      headers: [['x-user', user]],
    })
  return { ...started, authenticate }
}

test('authenticate names a caller or refuses', async () => {
  const { cell, authenticate, find } = await edgeCell()
  for (const [id, user] of ['ada', 'nobody', 'odd', 'long'].entries()) authenticate(id, user)
  assert.equal((await find('identified', ({ id }) => id === 0)).identity, 'ada')
  assert.equal((await find('unidentified', ({ id }) => id === 1)).reason, 'not known')
  assert.match((await find('unidentified', ({ id }) => id === 2)).reason, /gave 7/)
  assert.match((await find('unidentified', ({ id }) => id === 3)).reason, /more than 256/)
  await cell.kill()
})

test('a gateway without authenticate knows everyone as anonymous', async () => {
  const { cell, authenticate, find } = await edgeCell()
  authenticate(1, 'ada', 1)
  assert.equal((await find('identified')).identity, 'anonymous')
  assert.equal((await cell.stop({ graceMs: 1_000 })).reason, 'stopped')
})

test('the sums of an invariant are taken in pieces and judged', async () => {
  const { cell, find } = await edgeCell()
  const fold = { type: 'fold', invariant: 'money' } as const
  cell.send({
    ...fold,
    id: 1,
    of: { component: 'ledger', message: null },
    texts: ['{"available":1}', '{"available":2}'],
  })
  cell.send({ ...fold, id: 2, of: { component: 'ledger', message: 'deposit' }, texts: ['{"amount":3}'] })
  cell.send({ type: 'holds', id: 3, invariant: 'money', sum: 6 })
  cell.send({ type: 'folds', id: 4 })
  assert.equal((await find('folded', ({ id }) => id === 1)).sum, 3)
  assert.equal((await find('folded', ({ id }) => id === 2)).sum, 3)
  assert.equal((await find('judged')).holds, true)
  assert.deepEqual((await find('folding')).plans, [
    { invariant: 'money', entities: ['ledger'], messages: [{ component: 'ledger', message: 'deposit' }] },
    { invariant: 'broken', entities: ['ledger'], messages: [] },
  ])
  await cell.kill()
})

test('an invariant that throws, gives no number or is not there fails its own item', async () => {
  const { cell, find } = await edgeCell()
  cell.send({ type: 'fold', id: 1, invariant: 'broken', of: { component: 'ledger', message: null }, texts: ['{}'] })
  cell.send({ type: 'holds', id: 2, invariant: 'broken', sum: 0 })
  cell.send({ type: 'fold', id: 3, invariant: 'none', of: { component: 'ledger', message: null }, texts: [] })
  cell.send({ type: 'fold', id: 4, invariant: 'money', of: { component: 'report', message: null }, texts: [] })
  assert.match((await find('edge-failed', ({ id }) => id === 1)).message, /expected a number/)
  assert.match((await find('edge-failed', ({ id }) => id === 2)).message, /cannot say/)
  assert.match((await find('edge-failed', ({ id }) => id === 3)).message, /no invariant 'none'/)
  assert.match((await find('edge-failed', ({ id }) => id === 4)).message, /sums nothing over 'report'/)
  await cell.kill()
})
