import assert from 'node:assert/strict'
import { test } from 'node:test'
import { box, boxOf } from './fake-box.testing.ts'
import { cellOf, VERSION } from './fake-cell.testing.ts'

/** A box whose `poke` waits until the test lets it go. */
function gatedBox() {
  const gates: (() => void)[] = []
  const component = box({
    handlers: {
      async poke(state) {
        await new Promise<void>((resolve) => gates.push(resolve))
        state.items.push('late')
      },
    },
  })
  return { component, open: () => gates.splice(0).forEach((go) => void go()) }
}

test('loads a record once for all that wait for it, and answers reads first', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' } })
  const read = cell.read('peek')
  cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  assert.deepEqual(cell.loads, ['one'])
  assert.deepEqual(cell.about('answered', read)[0]?.outcome, { type: 'replied', output: '{"items":[]}' })
  assert.deepEqual(cell.state(), boxOf('a', 'b'))
})

test('a record that cannot be loaded is a fault of all that wait, and is asked for again by the next', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  cell.storeFails = { code: 'STORE_IO', message: 'no disk' }
  const turn = cell.deliver('put', { input: { item: 'a' } })
  const read = cell.read('peek')
  await cell.settle()
  assert.deepEqual(cell.fault(turn), { code: 'STORE_IO', message: 'no disk', stack: '' })
  assert.equal(cell.fault(read)?.code, 'STORE_IO')
  assert.equal(cell.engine.idle, true)
  cell.storeFails = null
  cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('b'))
})

test('an abandoned turn frees its entity, and what it does later is not seen', async () => {
  const { component, open } = gatedBox()
  const cell = cellOf(component)
  cell.keep(boxOf())
  const abandoned = cell.deliver('poke')
  cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  cell.receive({ type: 'abandon', turn: abandoned })
  await cell.settle()
  open()
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('a'))
  assert.equal(cell.commit(abandoned), undefined)
  assert.deepEqual(cell.about('faulted'), [])
  assert.equal(cell.engine.idle, true)
})

test('abandons turns and reads that have not begun', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const turn = cell.deliver('put', { input: { item: 'a' } })
  const read = cell.read('peek')
  cell.receive({ type: 'abandon', turn }, { type: 'abandon', turn: read }, { type: 'abandon', turn: 99 })
  assert.equal(cell.engine.idle, true)
  await cell.settle()
  assert.deepEqual(cell.told, [])
  assert.deepEqual(cell.state(), boxOf())
})

test('a higher lease drops the copy, the queue and the running turn, and loads anew', async () => {
  const { component, open } = gatedBox()
  const cell = cellOf(component)
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' } })
  cell.deliver('poke')
  const dropped = cell.deliver('put', { input: { item: 'dropped' } })
  await cell.settle()
  // The store has something else than the cell believes: a commit was refused.
  cell.keep(boxOf('as committed'))
  const again = cell.deliver('put', { input: { item: 'b' }, lease: 2 })
  await cell.settle()
  open()
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('as committed', 'b'))
  assert.equal(cell.commit(again)?.lease, 2)
  assert.equal(cell.commit(dropped), undefined)
  assert.deepEqual(cell.loads, ['one', 'one'])
  assert.equal(cell.engine.idle, true)
})

test('a load that was under way when the lease rose does not count', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const first = cell.deliver('put', { input: { item: 'old' } })
  const read = cell.read('peek')
  const second = cell.deliver('put', { input: { item: 'new' }, lease: 2 })
  await cell.settle()
  assert.deepEqual(cell.loads, ['one', 'one'])
  assert.equal(cell.commit(first), undefined)
  assert.equal(cell.commit(second)?.base, 1)
  assert.equal(cell.about('answered', read).length, 1)
})

test('a stale record that comes in after the lease rose does not count', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf('fresh'))
  cell.deliver('put', { input: { item: 'old' } })
  cell.deliver('put', { input: { item: 'new' }, lease: 2 })
  const stale = { key: 'one', state: JSON.stringify(boxOf('stale')), revision: 1, sequence: 0, version: VERSION }
  cell.engine.receiveStore([{ type: 'loaded', id: 1, record: stale }])
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('fresh', 'new'))
})

test('a turn of an older lease is dropped, a read of one is answered', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' }, lease: 5 })
  await cell.settle()
  const stale = cell.deliver('put', { input: { item: 'stale' }, lease: 4 })
  const read = cell.read('peek', { lease: 0 })
  await cell.settle()
  assert.equal(
    cell.told.some((item) => 'turn' in item && item.turn === stale),
    false,
  )
  assert.equal(cell.about('answered', read).length, 1)
  assert.equal(cell.engine.idle, true)
})

test('keeps no more records than its cache holds, the longest unused goes first', async () => {
  const cell = cellOf(box(), { limits: { cacheBytesMax: 2_000 } })
  for (const key of ['a', 'b', 'c', 'd', 'e']) cell.keep(boxOf(key), { key })
  const put = async (key: string) => {
    cell.deliver('put', { key, input: { item: 'x' } })
    await cell.settle()
  }
  for (const key of ['a', 'b', 'c', 'a', 'd', 'a']) await put(key)
  assert.deepEqual(cell.loads, ['a', 'b', 'c', 'd'])
  await put('b')
  assert.deepEqual(cell.loads, ['a', 'b', 'c', 'd', 'b'])
  for (const key of ['a', 'b']) assert.equal((cell.state(key) as { items: string[] }).items[0], key)
})

test('an entity that is larger than the whole cache still works', async () => {
  const cell = cellOf(box(), { limits: { cacheBytesMax: 10 } })
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' } })
  cell.read('peek')
  cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  cell.deliver('put', { input: { item: 'c' } })
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('a', 'b', 'c'))
  assert.equal(cell.loads.length, 2)
})

test('an entity that was too large to be kept leaves room for the others', async () => {
  const cell = cellOf(box(), { limits: { cacheBytesMax: 3_000 } })
  cell.keep(boxOf('x'.repeat(10_000)), { key: 'large' })
  for (const key of ['a', 'b']) cell.keep(boxOf(), { key })
  for (const key of ['large', 'a', 'b', 'a', 'b', 'large', 'a', 'a']) {
    cell.deliver('put', { key, input: { item: 'x' } })
    cell.read('peek', { key })
    await cell.settle()
  }
  assert.deepEqual(cell.loads, ['large', 'a', 'b', 'large', 'a'])
})

test('never drops an entity that runs', async () => {
  const { component, open } = gatedBox()
  const cell = cellOf(component, { limits: { cacheBytesMax: 10 } })
  for (const key of ['one', 'two']) cell.keep(boxOf(), { key })
  cell.deliver('poke')
  await cell.settle()
  cell.deliver('put', { key: 'two', input: { item: 'a' } })
  cell.deliver('put', { input: { item: 'queued' } })
  await cell.settle()
  open()
  await cell.settle()
  assert.deepEqual(cell.state(), boxOf('late', 'queued'))
  assert.deepEqual(cell.loads, ['one', 'two'])
})

test('stops when nothing runs any more, and says so once', async () => {
  const { component, open } = gatedBox()
  const cell = cellOf(component)
  cell.keep(boxOf())
  cell.deliver('poke')
  await cell.settle()
  cell.receive({ type: 'stop' })
  await cell.settle()
  assert.deepEqual(cell.about('stopped'), [])
  open()
  await cell.settle()
  assert.equal(cell.told.at(-1)?.type, 'stopped')
  const idle = cellOf(box())
  idle.receive({ type: 'stop' })
  idle.receive()
  assert.deepEqual(idle.told, [{ type: 'stopped' }])
})
