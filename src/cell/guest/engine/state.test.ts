import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BoxState, box, boxOf } from './fake-box.testing.ts'
import { type CellOptions, cellOf } from './fake-cell.testing.ts'

/** What becomes of a state that a handler leaves behind: the fault's code and message, or the state as committed. */
async function left(
  change: (state: BoxState) => void,
  { limits, ...behaviour }: CellOptions & Parameters<typeof box>[0] = {},
) {
  const cell = cellOf(box({ ...behaviour, handlers: { poke: (state) => change(state) } }), { limits })
  cell.keep(boxOf('a'))
  const turn = cell.deliver('poke', { cause: { type: 'timer', name: 'nap', row: 1 } })
  await cell.settle()
  return { fault: cell.fault(turn), state: cell.state(), change: cell.commit(turn)?.change, cell }
}

const as = (value: unknown) => value as never

test('keeps the record when the state is what it was', async () => {
  const { change } = await left((state) => {
    state.items.push('b')
    state.items.pop()
  })
  assert.deepEqual(change, { type: 'keep' })
})

test('refuses a state that does not satisfy its schema, and names what is wrong', async () => {
  const { fault, state } = await left((state) => Object.assign(state, { size: 'large', colour: 'red' }) && undefined)
  assert.equal(fault?.code, 'STATE_INVALID')
  assert.match(fault?.message ?? '', /size.*colour|colour.*size/s)
  assert.deepEqual(state, boxOf('a'))
})

for (const [what, value, message] of [
  ['a Map', new Map(), /note is a Map/],
  ['a Date', new Date(0), /note is a Date/],
  ['NaN', Number.NaN, /note is NaN/],
  ['a function', () => {}, /note is a function/],
  ['a bigint', 1n, /note is a bigint/],
  ['an instance of a class without a name', new (class {})(), /note is a/],
] as const) {
  test(`refuses ${what} in the state, which JSON would lose`, async () => {
    const { fault } = await left((state) => {
      state.note = as(value)
    })
    assert.equal(fault?.code, 'STATE_INVALID')
    assert.match(fault?.message ?? '', message)
  })
}

test('refuses an element that is undefined, and takes a member that is', async () => {
  const element = await left((state) => void state.items.push(as(undefined)))
  assert.match(element.fault?.message ?? '', /items\[1\] is missing \(undefined\)/)
  const member = await left((state) => Object.assign(state, { colour: undefined }) && undefined)
  assert.deepEqual(member.change, { type: 'keep' })
})

test('refuses a Map that would be written like the empty record before it', async () => {
  const { fault } = await left((state) => {
    state.waits = as(new Map([['x', 'y']]))
  })
  assert.equal(fault?.code, 'STATE_INVALID')
})

test('refuses a state that refers to itself', async () => {
  const { fault } = await left((state) => Object.assign(state, { note: state }) && undefined)
  assert.match(fault?.message ?? '', /refers to itself/)
})

test('writes -0 as 0, as the next turn will read it', async () => {
  const { state } = await left((state) => {
    state.size = -0
  })
  assert.ok(Object.is((state as BoxState).size, 0))
})

test('fills in defaults that a handler left out', async () => {
  const { state } = await left((state) => {
    delete (state as Partial<BoxState>).note
  })
  assert.deepEqual(state, boxOf('a'))
})

test('refuses what initial gives if it does not satisfy the schema', async () => {
  const wrong = cellOf(box({ initial: () => ({ size: 'large' }) }))
  const turn = wrong.deliver('open', { input: {} })
  const waits = cellOf(box({ initial: async () => boxOf() }))
  const promised = waits.deliver('open', { input: {} })
  await Promise.all([wrong.settle(), waits.settle()])
  assert.equal(wrong.fault(turn)?.code, 'STATE_INVALID')
  assert.match(waits.fault(promised)?.message ?? '', /is a Promise/)
})

test('initial may hand out its input: the draft is a copy', async () => {
  const items: string[] = []
  const cell = cellOf(
    box({ initial: () => ({ ...boxOf(), items }), handlers: { open: (state) => void state.items.push('a') } }),
  )
  cell.deliver('open', { input: {} })
  await cell.settle()
  assert.deepEqual(items, [])
  assert.deepEqual(cell.state(), boxOf('a'))
})

test('refuses a state that breaks an invariant, and names it', async () => {
  const grow = (state: BoxState) => void state.items.push('b', 'c', 'd')
  const fits = { invariants: { 'items fit': ({ items, size }: BoxState) => items.length <= size } }
  const { fault, state } = await left(grow, fits)
  assert.equal(fault?.code, 'INVARIANT_BROKEN')
  assert.match(fault?.message ?? '', /'items fit'/)
  assert.deepEqual(state, boxOf('a'))
})

test('an invariant that throws, or gives a promise, does not hold', async () => {
  const grow = (state: BoxState) => void state.items.push('b')
  const throwing = () => {
    throw new Error('lost')
  }
  const thrown = await left(grow, { invariants: { 'never asks': throwing } })
  assert.match(thrown.fault?.message ?? '', /'never asks' does not hold: it threw lost/)
  const promised = await left(grow, { invariants: { 'is sync': async () => true } })
  assert.equal(promised.fault?.code, 'INVARIANT_BROKEN')
})

test('an invariant that writes does not change what is committed', async () => {
  const meddle = (state: BoxState) => {
    state.note = 'meddled'
    return true
  }
  const { state } = await left((state) => void state.items.push('b'), { invariants: { meddle } })
  assert.equal((state as BoxState).note, 'none')
})

test('writes indexes with the state', async () => {
  const indexes = {
    first: ({ items }: BoxState) => items[0],
    full: ({ items, size }: BoxState) => items.length === size,
  }
  const { change } = await left((state) => void state.items.push('b'), { indexes })
  assert.deepEqual(change?.type === 'put' && change.indexes, [
    { name: 'first', value: 'a' },
    { name: 'full', value: false },
  ])
})

test('refuses an index that gives no plain value', async () => {
  const { fault } = await left((state) => void state.items.pop(), { indexes: { first: ({ items }) => items[0] } })
  assert.equal(fault?.code, 'INDEX_INVALID')
  assert.match(fault?.message ?? '', /'first' gave undefined/)
})

test('refuses an entity that grows beyond its bound, counted in UTF-8', async () => {
  const limits = { entityBytesMax: 200 }
  const ascii = await left((state) => void state.items.push('x'.repeat(100)), { limits })
  assert.equal(ascii.fault, undefined)
  const wide = await left((state) => void state.items.push('é'.repeat(100)), { limits })
  assert.equal(wide.fault?.code, 'ENTITY_TOO_LARGE')
  assert.match(wide.fault?.message ?? '', /would take 2\d\d bytes; an entity holds at most 200/)
})

test('takes an entity beyond its bound that shrinks', async () => {
  const cell = cellOf(
    box({
      handlers: {
        poke: (state) => void state.items.pop(),
        put: (state) => ({ count: state.items.push('b') }),
      },
    }),
    { limits: { entityBytesMax: 100 } },
  )
  cell.keep(boxOf('x'.repeat(300), 'a'))
  const shrinks = cell.deliver('poke')
  const grows = cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  assert.equal(cell.commit(shrinks)?.change.type, 'put')
  assert.equal(cell.fault(grows)?.code, 'ENTITY_TOO_LARGE')
})
