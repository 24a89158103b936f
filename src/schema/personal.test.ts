import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { toJsonSchema } from './from-zod.ts'
import { personalPaths, redact } from './personal.ts'

const personal = <S extends z.ZodType>(schema: S): S => schema.meta({ personal: true })
const { schema } = toJsonSchema(
  z.strictObject({
    name: personal(z.string()),
    age: z.int(),
    pending: z.record(personal(z.string()), z.strictObject({ bidder: personal(z.string()), amount: z.int() })),
    list: z.array(z.tuple([z.int(), personal(z.string())])),
    contact: z
      .union([
        z.strictObject({ mail: personal(z.string()) }),
        z.strictObject({ mail: z.string(), public: z.boolean() }),
      ])
      .nullable(),
  }),
  { where: 'it', bounded: false },
)

test('lists the paths that belong to a person', () => {
  assert.deepEqual(personalPaths(schema), ['name', 'pending[key]', 'pending[].bidder', 'list[][]', 'contact.mail'])
  assert.deepEqual(personalPaths({ type: 'string', personal: true }), [''])
})

test('redacts them in a copy, keys of records included', () => {
  const value = {
    name: 'Ada',
    age: 36,
    pending: { ada: { bidder: 'Ada', amount: 1 }, bob: { bidder: 'Bob', amount: 2 } },
    list: [[1, 'Ada']],
    contact: { mail: 'ada@example.com', public: true },
  }
  const before = structuredClone(value)
  assert.deepEqual(redact(schema, value), {
    name: '[personal]',
    age: 36,
    pending: {
      '[personal] 1': { bidder: '[personal]', amount: 1 },
      '[personal] 2': { bidder: '[personal]', amount: 2 },
    },
    list: [[1, '[personal]']],
    contact: { mail: '[personal]', public: true },
  })
  assert.deepEqual(value, before)
})

test('redacts what it can of a value that does not satisfy its schema', () => {
  assert.deepEqual(redact(schema, { name: { first: 'Ada' }, pending: 7, list: null, other: 1 }), {
    name: '[personal]',
    pending: 7,
    list: null,
    other: 1,
  })
  assert.equal(redact(schema, 'Ada'), 'Ada')
})

test('keeps a key __proto__ a key', () => {
  const copy = redact(schema, JSON.parse('{"__proto__": {"name": 1}}'))
  assert.equal(JSON.stringify(copy), '{"__proto__":{"name":1}}')
})
