import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { component, contract } from '../../../component/index.ts'
import { box, boxOf } from './fake-box.testing.ts'
import { cellOf } from './fake-cell.testing.ts'

const cause = (fate: 'reply' | 'rejection') =>
  ({ type: 'message', row: 3, sender: { component: 'shelf', key: 's' }, continuation: null, fate }) as const

/** What the handler of `stored` gets from a row that came back. */
async function composed(fate: 'reply' | 'rejection', { carried, result }: { carried?: unknown; result: unknown }) {
  const seen: unknown[] = []
  const cell = cellOf(box({ handlers: { stored: (_state, input) => void seen.push(input) } }))
  cell.keep(boxOf())
  const turn = cell.deliver('stored', { input: carried, result, cause: cause(fate) })
  await cell.settle()
  return { seen: seen[0], fault: cell.fault(turn) }
}

test('a continuation gets what it carried and the reply', async () => {
  const { seen } = await composed('reply', { carried: { item: 'a', unasked: 1 }, result: { slot: 4 } })
  assert.deepEqual(seen, { item: 'a', reply: { slot: 4 } })
})

test('a continuation gets what it carried and the rejection', async () => {
  const rejection = { code: 'NOT_FOUND', data: {} }
  const { seen } = await composed('rejection', { carried: { item: 'a' }, result: rejection })
  assert.deepEqual(seen, { item: 'a', rejection })
})

test('a reply without a value leaves the field out', async () => {
  const { seen } = await composed('reply', { carried: { item: 'a' }, result: undefined })
  assert.deepEqual(seen, { item: 'a' })
})

test('a continuation whose input does not fit is a fault', async () => {
  const { fault } = await composed('reply', { carried: { item: 'a' }, result: { place: 4 } })
  assert.equal(fault?.code, 'INPUT_INVALID')
})

test('a continuation without an input gets none', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const turn = cell.deliver('poke', { input: { item: 'a' }, result: { slot: 1 }, cause: cause('reply') })
  await cell.settle()
  assert.equal(cell.commit(turn)?.outcome.type, 'replied')
})

test('a continuation whose input is a choice of shapes gets the fields of all of them', async () => {
  const Choice = contract('choice', {
    key: z.string(),
    messages: {
      back: {
        access: 'self',
        input: z.union([
          z.strictObject({ kind: z.literal('a'), reply: z.strictObject({ slot: z.int() }) }),
          z.strictObject({ kind: z.literal('b'), lot: z.string() }),
        ]),
      },
    },
  })
  const seen: unknown[] = []
  const cell = cellOf(
    component(Choice, { state: z.strictObject({}) }).implement({
      initial: () => ({}),
      handlers: { back: (_state, input) => void seen.push(input) },
    }),
  )
  cell.keep({})
  cell.deliver('back', { input: { kind: 'a', other: 1 }, result: { slot: 2 }, cause: cause('reply') })
  await cell.settle()
  assert.deepEqual(seen, [{ kind: 'a', reply: { slot: 2 } }])
})
