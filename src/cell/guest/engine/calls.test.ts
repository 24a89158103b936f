import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callsFactory } from './calls.ts'

const Ledger = { name: 'ledger', definition: { messages: { hold: {}, release: {} } } }

function called() {
  const calls: (readonly [string, unknown])[] = []
  const factory = callsFactory()
  const object = () => factory(Ledger as never, (message, input) => void calls.push([message, input])) as Shared
  return { calls, object }
}
type Shared = { hold(input: unknown): void; hodl(): void }

test('one function per message says which was called', () => {
  const { calls, object } = called()
  object().hold({ amount: 1 })
  assert.deepEqual(calls, [['hold', { amount: 1 }]])
})

test('a name that the contract does not have is refused with the nearest', () => {
  const { object } = called()
  assert.throws(() => object().hodl(), { code: 'MESSAGE_NOT_HANDLED', message: /Did you mean 'hold'/ })
})

test('nothing can be kept on what the objects of all turns share', () => {
  const { object } = called()
  let above: object | null = Object.getPrototypeOf(object())
  let shared = 0
  for (; above !== null && above !== Object.prototype; above = Object.getPrototypeOf(above), shared++) {
    const place = above
    assert.throws(() => Object.assign(place, { kept: 1 }), TypeError)
    assert.throws(() => Object.defineProperty(place, 'kept', { value: 1 }), TypeError)
    assert.throws(() => Object.setPrototypeOf(place, { kept: 1 }), TypeError)
  }
  assert.equal(shared, 2)
  assert.throws(() => Object.assign(Object.getPrototypeOf(object()), { hold: () => 'mine' }), TypeError)
})
