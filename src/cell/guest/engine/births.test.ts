import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { component, contract } from '../../../component/index.ts'
import { cellOf } from './fake-cell.testing.ts'

const Ledger = contract('ledger', {
  key: z.string(),
  messages: {
    deposit: { creates: true, input: z.strictObject({ amount: z.int() }) },
    open: { creates: true },
  },
})

test('initial is told which message creates when several may', async () => {
  const seen: unknown[] = []
  const cell = cellOf(
    component(Ledger, { state: z.strictObject({ available: z.int() }) }).implement({
      initial(_key, created) {
        seen.push(created)
        return { available: 0 }
      },
      handlers: {
        deposit(state, { amount }) {
          state.available += amount
        },
        open() {},
      },
    }),
  )
  cell.deliver('deposit', { input: { amount: 5 } })
  cell.deliver('deposit', { input: { amount: 6 } })
  cell.deliver('open', { key: 'two' })
  await cell.settle()
  assert.deepEqual(seen, [
    { message: 'deposit', input: { amount: 5 } },
    { message: 'open', input: undefined },
  ])
  assert.deepEqual(cell.state(), { available: 11 })
  assert.deepEqual(cell.state('two'), { available: 0 })
})
