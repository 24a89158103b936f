import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, defineErrors, messageOf, SelfsameError } from './index.ts'

const errors = defineErrors({
  DOOR_LOCKED: { message: ({ door }: { door: string }) => `The door '${door}' is locked.`, remedy: 'Use the key.' },
})

test('an error carries its code, its facts, its remedy and its cause', () => {
  const cause = new Error('the lock is frozen')
  const error = errors.DOOR_LOCKED({ door: 'front' }, cause)
  assert.ok(error instanceof SelfsameError)
  assert.equal(error.code, 'DOOR_LOCKED')
  assert.equal(error.message, "The door 'front' is locked.")
  assert.deepEqual(error.facts, { door: 'front' })
  assert.equal(error.remedy, 'Use the key.')
  assert.equal(error.cause, cause)
})

test('the code of any thrown value is its string code, or nothing', () => {
  assert.equal(codeOf(errors.DOOR_LOCKED({ door: 'x' })), 'DOOR_LOCKED')
  assert.equal(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT')
  for (const value of [null, undefined, 'ENOENT', 7, new Error('x'), { code: 7 }])
    assert.equal(codeOf(value), undefined)
  assert.equal(messageOf('thrown text'), 'thrown text')
})
