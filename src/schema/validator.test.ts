import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import fc from 'fast-check'
import * as z from 'zod'
import { compileValidators } from './compile.ts'
import { toJsonSchema } from './from-zod.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Validate, Validators } from './validator.ts'
import { validatorSource } from './validator-source.ts'

const codified = (zod: z.ZodType): JsonSchema => {
  const { schema, findings } = toJsonSchema(zod, { where: 'it', bounded: false })
  assert.deepEqual(findings, [])
  return schema
}

/** Both ways in which validators are made: at run time, and from a script that a cell evaluates. */
const ways: Record<string, (schema: JsonSchema) => Validate> = {
  'compiled at run time': (schema) => taken(compileValidators({ state: schema })),
  'evaluated from a script': (schema) => {
    const exports: () => { validators: Validators } = runInThisContext(validatorSource({ state: schema }))
    return taken(exports().validators)
  },
}
/** What the validator adds to a value. */
type Filled = { nested?: { tags: string[] } } & object

const taken = ({ state }: Validators): Validate => {
  assert.ok(state)
  return state
}

for (const [way, compile] of Object.entries(ways)) {
  /** Issues as `path: message`, for a value that came through JSON. */
  const check = (zod: z.ZodType, value: unknown, expected: readonly string[]) => {
    const issues = compile(codified(zod))(value)
    assert.deepEqual(
      (issues ?? []).map(({ path, message }) => `${path}: ${message}`),
      expected,
    )
    assert.equal(issues === null, expected.length === 0)
  }

  test(`${way}: names the path of every issue`, () => {
    const state = z.strictObject({
      bids: z.array(z.strictObject({ amount: z.int() })),
      by: z.record(z.string(), z.int()),
    })
    check(state, { bids: [{ amount: 1 }, { amount: 'x', more: 1 }], by: { 'a b': null, c: 1.5 } }, [
      'bids[1].amount: expected a whole number, got a string',
      'bids[1].more: is not a field; there are: amount',
      'by["a b"]: expected a whole number, got null',
      'by.c: expected a whole number, got a fraction',
    ])
    check(state, null, [': expected an object, got null'])
    check(state, { bids: [] }, ['by: is missing'])
  })

  test(`${way}: checks every bound`, () => {
    check(z.string().min(2).max(3), 'a', [': is shorter than 2 characters'])
    check(z.string().max(3), 'abcd', [': is longer than 3 characters'])
    check(z.string().max(2), '😀😀', [])
    check(z.string().max(2), '😀😀a', [': is longer than 2 characters'])
    check(z.string().min(2), '😀', [': is shorter than 2 characters'])
    check(z.array(z.int()).min(1).max(2), [], [': has fewer than 1 items'])
    check(z.array(z.int()).max(2), [1, 2, 3], [': has more than 2 items'])
    check(z.record(z.string(), z.int()).meta({ maxProperties: 1 }), { a: 1, b: 2 }, [': has more than 1 entries'])
    check(z.record(z.string(), z.int()).meta({ minProperties: 1 }), {}, [': has fewer than 1 entries'])
    check(z.record(z.string().max(1), z.int()), { ab: 1 }, ['ab: is longer than 1 characters'])
    check(z.number().min(1), 0, [': is less than 1'])
    check(z.number().max(1), 2, [': is more than 1'])
    check(z.number().gt(1), 1, [': is not more than 1'])
    check(z.number().lt(1), 1, [': is not less than 1'])
    check(z.number().multipleOf(0.1), 0.3, [])
    check(z.number().multipleOf(0.1), 0.35, [': is no multiple of 0.1'])
    check(z.int().multipleOf(3), 9_007_199_254_740_990, [])
    check(z.tuple([z.int(), z.string()]), [1], [': has fewer than 2 items'])
    check(
      z.tuple([z.int()], z.string()),
      ['a', 1],
      ['[0]: expected a whole number, got a string', '[1]: expected a string, got a number'],
    )
    check(z.uuid(), 'x', [': is no uuid'])
    check(z.string().regex(/^a$/), 'b', [': does not match ^a$'])
    check(z.null(), 0, [': expected null, got a number'])
    check(z.boolean(), 0, [': expected true or false, got a number'])
    check(z.number(), Number.POSITIVE_INFINITY, [': expected a finite number, got Infinity'])
  })

  test(`${way}: says which alternative was meant`, () => {
    const tagged = z.discriminatedUnion('t', [
      z.strictObject({ t: z.literal('a'), n: z.int() }),
      z.strictObject({ t: z.literal('b') }),
    ])
    check(tagged, { t: 'a', n: 'x' }, ['n: expected a whole number, got a string'])
    check(tagged, { t: 'c' }, ['t: expected "a", "b"'])
    check(tagged, 1, [': expected an object, got a number'])
    check(z.strictObject({ a: z.int() }).nullable(), { a: 'x' }, ['a: expected a whole number, got a string'])
    check(z.union([z.int(), z.string()]), true, [': expected number or string, got a boolean'])
    check(z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int() })]), {}, [
      ': matches none of 2 alternatives',
    ])
    check(z.xor([z.strictObject({ a: z.int().optional() }), z.strictObject({ b: z.int().optional() })]), {}, [
      ': matches more than one alternative, and may match only one',
    ])
  })

  test(`${way}: fills in defaults, anew each time, in the alternative that matches alone`, () => {
    const state = z.strictObject({
      list: z.array(z.strictObject({ n: z.int().default(1) })),
      by: z.record(z.string(), z.strictObject({ n: z.int().default(2) })),
      nested: z.strictObject({ tags: z.array(z.string()).default([]) }).prefault({}),
      either: z.union([z.strictObject({ a: z.int(), x: z.int().default(3) }), z.strictObject({ b: z.int() })]),
      tagged: z.discriminatedUnion('t', [
        z.strictObject({ t: z.literal('a'), n: z.int().default(4) }),
        z.strictObject({ t: z.literal('b') }),
      ]),
      maybe: z.strictObject({ n: z.int().default(5) }).nullable(),
      pair: z.tuple([z.strictObject({ n: z.int().default(6) })]),
    })
    const validate = compile(codified(state))
    const make = () => ({ list: [{}], by: { x: {} }, either: { a: 1 }, tagged: { t: 'a' }, maybe: {}, pair: [{}] })
    const first: Filled = make()
    const second: Filled = make()
    assert.equal(validate(first), null)
    assert.deepEqual(structuredClone(first), {
      list: [{ n: 1 }],
      by: { x: { n: 2 } },
      nested: { tags: [] },
      either: { a: 1, x: 3 },
      tagged: { t: 'a', n: 4 },
      maybe: { n: 5 },
      pair: [{ n: 6 }],
    })
    first.nested?.tags.push('mine')
    assert.equal(validate(second), null)
    assert.deepEqual(second.nested, { tags: [] })
    const other = { ...make(), either: { b: 1 }, tagged: { t: 'b' }, maybe: null }
    assert.equal(validate(other), null)
    assert.deepEqual([other.either, other.tagged, other.maybe], [{ b: 1 }, { t: 'b' }, null])
  })

  test(`${way}: leaves a value that it refuses as it was`, () => {
    const value = { wrong: 1 }
    assert.ok(compile(codified(z.strictObject({ n: z.int().default(1) })))(value))
    assert.deepEqual(value, { wrong: 1 })
  })

  test(`${way}: is not fooled by prototypes`, () => {
    const record = z.record(z.string(), z.strictObject({ n: z.int().default(1) }))
    const hostile = JSON.parse('{"__proto__": {}, "constructor": {}}')
    assert.equal(compile(codified(record))(hostile), null)
    assert.equal(JSON.stringify(hostile), '{"__proto__":{"n":1},"constructor":{"n":1}}')
    assert.equal(Object.hasOwn(Object.prototype, 'n'), false)
    check(record, JSON.parse('{"__proto__": 1}'), ['.__proto__: expected an object, got a number'.slice(1)])
    check(z.strictObject({}), JSON.parse('{"__proto__": 1}'), ['__proto__: is not a field: there are none'])
    check(z.strictObject({ a: z.int().optional() }), Object.create({ a: 1 }), [
      ': expected an object, got an instance of a class',
    ])
    const defaulted = { __proto__: null, ...JSON.parse('{}') }
    const withProto = codified(
      z.strictObject({ a: z.record(z.string(), z.int()).default(JSON.parse('{"__proto__":1}')) }),
    )
    assert.equal(compile(withProto)(defaulted), null)
    assert.equal(JSON.stringify(defaulted), '{"a":{"__proto__":1}}')
  })

  test(`${way}: refuses what JSON would quietly turn into something else`, () => {
    const loose = z.record(z.string(), z.int())
    for (const value of [new Map(), new Date(0), new Set(), new (class Purse {})()]) {
      check(loose, value, [': expected an object, got an instance of a class'])
    }
    check(loose, () => 1, [': expected an object, got a function'])
    check(loose, { a: undefined }, ['a: expected a whole number, got nothing'])
    check(z.array(z.int()), new Array(1), ['[0]: expected a whole number, got nothing'])
    check(z.int(), 1n, [': expected a whole number, got a bigint'])
  })

  test(`${way}: stops collecting issues at 32, and cuts keys that are shown`, () => {
    const validate = compile(codified(z.record(z.string(), z.int())))
    const issues = validate(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, 'x'])))
    assert.equal(issues?.length, 32)
    assert.ok((validate({ ['k'.repeat(10_000)]: 'x' })?.[0]?.path.length ?? 0) < 80)
  })
}

test('takes no name but those it was given', () => {
  const validators: Readonly<Record<string, unknown>> = compileValidators({ key: { type: 'string' } })
  assert.equal(validators['constructor'], undefined)
  assert.equal(validators['state'], undefined)
  assert.equal(typeof validators['key'], 'function')
})

test('gives the same text for the same schemas, with nothing of theirs but literals in it', () => {
  const hostile = '"];process.exit(1);//\u2028`$' + '{x}`'
  const schema = codified(z.strictObject({ [hostile]: z.literal(hostile), b: z.string().regex(/^["'`\\]$/u) }))
  assert.equal(validatorSource({ state: schema }), validatorSource({ state: structuredClone(schema) }))
  const { state } = compileValidators({ state: schema })
  assert.equal(state?.({ [hostile]: hostile, b: '`' }), null)
  assert.deepEqual(
    state?.({ [hostile]: hostile, b: 'x' })?.map(({ path }) => path),
    ['b'],
  )
})

test('agrees with Zod on any value', () => {
  const zod = z.strictObject({
    text: z.string().min(1).max(3),
    id: z.string().regex(/^[a-c]{1,2}$/),
    n: z.int().min(-5).max(5),
    half: z.number().multipleOf(0.5).optional(),
    list: z.array(z.union([z.int(), z.string().max(2), z.null()])).max(2),
    by: z.record(z.string().max(2), z.boolean()),
    kind: z.discriminatedUnion('t', [
      z.strictObject({ t: z.literal('a'), n: z.int().default(1) }),
      z.strictObject({ t: z.enum(['b', 'c']) }),
    ]),
    pair: z.tuple([z.int(), z.boolean()]),
    some: z.union([z.strictObject({ a: z.int() }), z.strictObject({ a: z.int().optional(), b: z.int().default(7) })]),
    maybe: z
      .strictObject({ x: z.literal([1, 'one', null]) })
      .nullable()
      .optional(),
  })
  const scrap = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<unknown>(0, 1, -1, 0.5, 'a', 'ab', '', true, null, [], {}, 'b', 'one') },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown> },
  )
  const or = (good: fc.Arbitrary<unknown>) => fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: scrap })
  const value = fc.record(
    {
      text: or(fc.string({ minLength: 1, maxLength: 3, unit: 'binary' })),
      id: or(fc.constantFrom('a', 'bc', 'd', 'abc')),
      n: or(fc.integer({ min: -6, max: 6 })),
      half: or(fc.constantFrom(0.5, 1.5, 2)),
      list: or(fc.array(or(fc.constantFrom(1, 'a', null)), { maxLength: 2 })),
      by: or(fc.dictionary(fc.string({ maxLength: 2 }), or(fc.boolean()))),
      kind: or(fc.record({ t: fc.constantFrom('a', 'b', 'c', 'd'), n: or(fc.integer()) }, { requiredKeys: ['t'] })),
      pair: or(fc.tuple(or(fc.integer()), or(fc.boolean()))),
      some: or(fc.record({ a: or(fc.integer()), b: or(fc.integer()) }, { requiredKeys: [] })),
      maybe: or(fc.constantFrom<unknown>(null, { x: 1 }, { x: 'one' }, { x: 2 })),
    },
    { requiredKeys: ['text', 'id', 'n', 'list', 'by', 'kind', 'pair', 'some'] },
  )
  const validate = taken(compileValidators({ state: codified(zod) }))
  let valid = 0
  fc.assert(
    fc.property(value, (made) => {
      // Zod itself loses a key `__proto__`; ours is tested above.
      if (JSON.stringify(made).includes('__proto__')) return
      const theirs = zod.safeParse(structuredClone(made))
      const draft = JSON.parse(JSON.stringify(made))
      const issues = validate(draft)
      assert.equal(issues === null, theirs.success, JSON.stringify({ made, issues, theirs }))
      if (!theirs.success) return
      valid++
      assert.deepEqual(draft, JSON.parse(JSON.stringify(theirs.data)))
    }),
    { numRuns: 3000, seed: 7 },
  )
  assert.ok(valid > 200, `only ${valid} of them were valid`)
})
