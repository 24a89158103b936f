import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { compileValidator, type JsonSchema, toJsonSchema } from '../schema/index.ts'
import { cents, duration, flags, instant, personal, rejection, replyTo, unit } from './values.ts'

const codified = (zod: z.ZodType): JsonSchema => {
  const { schema, findings } = toJsonSchema(zod, { where: 'it', bounded: false })
  assert.deepEqual(findings, [])
  return schema
}
const accepts = (zod: z.ZodType, value: unknown) => compileValidator(codified(zod))(value) === null

test('measures whole numbers in cents, instants and durations, and finite ones in a unit', () => {
  const kinds = { cents: cents(), instant: instant(), duration: duration() }
  for (const [name, zod] of Object.entries(kinds)) {
    assert.equal(codified(zod).unit, name)
    assert.ok(accepts(zod, -1))
    assert.ok(!accepts(zod, 1.5))
    assert.ok(!accepts(zod, 2 ** 53))
  }
  assert.deepEqual(codified(unit('kg').min(0).max(9)), { type: 'number', minimum: 0, maximum: 9, unit: 'kg' })
  assert.equal(codified(cents().min(5)).unit, 'cents')
  assert.ok(!accepts(unit('kg'), Number.NaN))
  assert.throws(() => unit(''), { code: 'UNIT_INVALID' })
})

test('makes flags of booleans that are false if left out', () => {
  const schema = codified(flags('reserveMet', 'featured'))
  assert.equal(schema.flags, true)
  const value = { featured: true }
  assert.equal(compileValidator(schema)(value), null)
  assert.deepEqual(value, { featured: true, reserveMet: false })
  assert.ok(!accepts(flags('a'), { b: true }))
  assert.throws(() => flags('a', 'a'), { code: 'FLAGS_INVALID' })
  assert.throws(() => flags(''), { code: 'FLAGS_INVALID' })
  assert.throws(() => Reflect.apply(flags, undefined, []), { code: 'FLAGS_INVALID' })
  assert.throws(() => flags('__proto__'), { code: 'SCHEMA_FIELD_NAME' })
})

test('marks what belongs to a person, whatever was said of it before', () => {
  assert.deepEqual(codified(personal(z.string().max(3).meta({ title: 'x' }))), {
    type: 'string',
    maxLength: 3,
    title: 'x',
    personal: true,
  })
})

test('takes the token of a wait, and names the message that waits', () => {
  assert.deepEqual(codified(replyTo('bid')), { type: 'string', maxLength: 64, replyTo: 'bid' })
  assert.throws(() => replyTo('then'), { code: 'MESSAGE_NAME_INVALID' })
})

test('takes every rejection, with any JSON as its data', () => {
  assert.ok(accepts(rejection(), { code: 'X', data: { a: [1] } }))
  assert.ok(!accepts(rejection(), { code: 'X' }))
  assert.ok(!accepts(rejection(), { code: 'X', data: {}, more: 1 }))
  assert.equal(codified(rejection()).rejection, true)
})
