import assert from 'node:assert/strict'
import { test } from 'node:test'
import { box, boxOf } from './fake-box.testing.ts'
import { cellOf } from './fake-cell.testing.ts'

test('answers a read from the state, with the revision that it was computed from', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf('a'))
  const turn = cell.read('peek')
  await cell.settle()
  const outcome = { type: 'replied', output: '{"items":["a"]}' }
  assert.deepEqual(cell.about('answered'), [{ type: 'answered', turn, revision: 1, sequence: 0, outcome }])
})

test('reads do not wait for a turn that does, and see the last computed state', async () => {
  const never = new Promise<void>(() => {})
  const cell = cellOf(box({ handlers: { poke: () => never } }))
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' } })
  cell.deliver('poke')
  await cell.settle()
  cell.deliver('put', { input: { item: 'b' } })
  const read = cell.read('peek')
  const [answered] = cell.about('answered', read)
  assert.deepEqual(answered?.outcome, { type: 'replied', output: '{"items":["a"]}' })
  assert.equal(answered?.revision, 2)
})

test('a read that writes is a fault, and nothing has changed', async () => {
  const cell = cellOf(
    box({
      handlers: {
        peek(state) {
          state.items.push('sneaky')
          return { items: state.items }
        },
      },
    }),
  )
  cell.keep(boxOf())
  const turn = cell.read('peek')
  cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'HANDLER_FAILED')
  assert.deepEqual(cell.state(), boxOf('a'))
})

test('a read has no effects to offer', async () => {
  const cell = cellOf(
    box({
      handlers: {
        peek(_state, _input, turn) {
          turn.send({}, 'x')
        },
      },
    }),
  )
  cell.keep(boxOf())
  const turn = cell.read('peek')
  await cell.settle()
  assert.match(cell.fault(turn)?.message ?? '', /turn\.send is not a function/)
})

test('a read may reject as its contract says', async () => {
  const cell = cellOf(
    box({
      handlers: {
        peek(_state, _input, turn) {
          throw turn.reject('HIDDEN', {})
        },
      },
    }),
  )
  cell.keep(boxOf())
  const turn = cell.read('peek')
  await cell.settle()
  assert.deepEqual(cell.about('answered', turn)[0]?.outcome, { type: 'rejected', code: 'HIDDEN', data: '{}' })
})

test('a read answers at once: a promise is a fault, and so is a fetch', async () => {
  const cell = cellOf(box({ handlers: { peek: async () => ({ items: [] }) }, fetch: ['api.example.com'] }))
  const fetching = cellOf(
    box({
      handlers: {
        async peek() {
          await fetching.world()?.fetch({ url: 'https://api.example.com/', method: 'GET', headers: [], body: null })
        },
      },
      fetch: ['api.example.com'],
    }),
  )
  for (const one of [cell, fetching]) {
    one.keep(boxOf())
    const turn = one.read('peek')
    await one.settle()
    assert.equal(one.fault(turn)?.code, 'READ_WAITS')
    assert.deepEqual(one.about('fetch'), [])
  }
})

test('refuses an output of a read that is not in the contract', async () => {
  const cell = cellOf(box({ handlers: { peek: ({ items }) => ({ items, size: 1 }) } }))
  cell.keep(boxOf())
  const turn = cell.read('peek')
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'REPLY_INVALID')
})

test('hands out one parsed state to many reads, until a turn changes it', async () => {
  const seen = new Set<unknown>()
  const cell = cellOf(
    box({
      handlers: {
        peek(state) {
          seen.add(state)
          return { items: state.items }
        },
      },
    }),
  )
  cell.keep(boxOf())
  cell.read('peek')
  cell.read('peek')
  await cell.settle()
  assert.equal(seen.size, 1)
  cell.deliver('put', { input: { item: 'a' } })
  cell.read('peek')
  assert.equal(seen.size, 2)
})
