import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { toJsonSchema } from './from-zod.ts'
import type { JsonSchema } from './json-schema.ts'

const codified = (zod: z.ZodType): JsonSchema => {
  const { schema, findings } = toJsonSchema(zod, { where: 'it', bounded: false })
  assert.deepEqual(findings, [])
  return schema
}

/** Every finding of a schema, as `CODE place`. */
const found = (zod: unknown, { bounded = false } = {}) =>
  toJsonSchema(zod, { where: 'it', bounded }).findings.map(
    ({ code, because }) => `${code} ${because.slice(0, because.indexOf(':'))}`,
  )

/** Zod's own form, in the terms of our dialect: it adds a `$schema`, and marks what is read only. */
const byZod = (zod: z.ZodType): unknown =>
  JSON.parse(
    JSON.stringify(z.toJSONSchema(zod, { io: 'input' }), (name, value) =>
      name === '$schema' || name === 'readOnly' ? undefined : value,
    ),
  )

test('says the same as Zod itself, where both can', () => {
  const cases: Record<string, z.ZodType> = {
    strict: z.strictObject({ a: z.string().max(3).optional(), b: z.int(), c: z.number().default(3) }),
    nested: z.strictObject({ a: z.strictObject({ b: z.array(z.boolean()).min(1).max(3) }) }),
    text: z.string().min(2).max(9),
    exact: z.string().length(4),
    regex: z.string().regex(/^a{3}$/),
    url: z.strictObject({ v4: z.uuidv4().optional() }).partial(),
    number: z.number().min(1).max(3).multipleOf(2),
    exclusive: z.number().gt(1).lt(3),
    positive: z.int().positive(),
    int32: z.int32(),
    uint32: z.uint32(),
    float32: z.float32(),
    union: z.union([z.int(), z.string()]),
    discriminated: z.discriminatedUnion('t', [
      z.strictObject({ t: z.literal('a') }),
      z.strictObject({ t: z.literal('b'), x: z.int() }),
    ]),
    xor: z.xor([z.int(), z.string()]),
    nullable: z.int().nullable(),
    nullish: z.strictObject({ a: z.int().nullish() }),
    literal: z.literal('a'),
    literals: z.literal(['a', 1, null, true]),
    enum: z.enum(['a', 'b']),
    numbers: z.enum({ A: 1, B: 2 }),
    null: z.null(),
    boolean: z.boolean(),
    tuple: z.tuple([z.int(), z.string()]),
    open: z.tuple([z.int()], z.string()),
    record: z.record(z.string().max(3), z.int()).meta({ maxProperties: 3 }),
    prefault: z.strictObject({ a: z.int().prefault(3) }),
    readonly: z.array(z.int()).readonly(),
    brand: z.string().brand('x'),
    lazy: z.lazy(() => z.int()),
    template: z.templateLiteral(['a', z.int()]),
    required: z.strictObject({ a: z.int().optional() }).required(),
    titled: z.int().meta({ title: 'x', description: 'y', unit: 'cents' }),
    startsWith: z.string().startsWith('a.b'),
    lowercase: z.strictObject({ a: z.exactOptional(z.int()) }),
  }
  for (const [name, zod] of Object.entries(cases)) {
    const theirs = byZod(zod)
    const ours = JSON.parse(JSON.stringify(codified(zod)))
    if (name === 'url') {
      // We add the length that the format has anyway.
      delete ours.properties.v4.maxLength
    }
    if (name === 'startsWith') delete (theirs as { format?: string }).format
    assert.deepEqual(ours, theirs, name)
  }
})

test('says the formats of Zod with their pattern and the length they can have', () => {
  const formats = {
    uuid: z.uuid(),
    email: z.email(),
    'date-time': z.iso.datetime(),
    date: z.iso.date(),
    ipv4: z.ipv4(),
    ulid: z.ulid(),
  }
  for (const [name, zod] of Object.entries(formats)) {
    const schema = codified(zod)
    assert.equal(schema.format, name)
    assert.ok(schema.pattern)
    assert.ok(schema.maxLength)
    assert.deepEqual(found(zod, { bounded: true }), [])
  }
  assert.equal(codified(z.url()).format, 'uri')
})

test('writes a record over known names as an object', () => {
  assert.deepEqual(codified(z.record(z.enum(['a', 'b']), z.int32())), {
    type: 'object',
    properties: { a: codified(z.int32()), b: codified(z.int32()) },
    required: ['a', 'b'],
    additionalProperties: false,
  })
  assert.equal(codified(z.partialRecord(z.enum(['a', 'b']), z.int32())).required, undefined)
})

test('keeps annotations through the methods that come after them', () => {
  const schema = codified(z.int().meta({ unit: 'cents' }).min(3).meta({ personal: true }).max(9))
  assert.deepEqual(schema, { type: 'integer', minimum: 3, maximum: 9, unit: 'cents', personal: true })
})

test('joins several patterns into one that matches what all of them do', () => {
  const { pattern = '' } = codified(z.string().startsWith('a').endsWith('z').includes('-'))
  const joined = new RegExp(pattern, 'u')
  assert.ok(joined.test('a-z'))
  assert.ok(joined.test('az-z'))
  assert.ok(!joined.test('az'))
  assert.ok(!joined.test('-az'))
  assert.ok(!joined.test('a-'))
  assert.deepEqual(found(z.string().regex(/(a)\1/).regex(/b/)), ['SCHEMA_UNREPRESENTABLE it'])
})

test('refuses what JSON Schema cannot say, each by its place', () => {
  const inside = (zod: z.ZodType) => z.strictObject({ list: z.array(z.strictObject({ field: zod })) })
  const cases: Record<string, z.ZodType> = {
    transform: z.string().transform((text) => text.length),
    pipe: z.string().pipe(z.string()),
    codec: z.codec(z.string(), z.int(), { decode: Number, encode: String }),
    preprocess: z.preprocess((value) => value, z.int()),
    stringbool: z.stringbool(),
    refine: z.string().refine((text) => text.length > 1),
    superRefine: z.int().superRefine(() => {}),
    check: z.int().check(() => {}),
    objectRefine: z.strictObject({}).refine(() => true),
    arrayRefine: z.array(z.int()).refine(() => true),
    trim: z.string().trim(),
    overwrite: z.int().overwrite((n) => n),
    coerce: z.coerce.number(),
    coerceText: z.coerce.string(),
    coerceFlag: z.coerce.boolean(),
    date: z.date(),
    map: z.map(z.string(), z.int()),
    set: z.set(z.int()),
    bigint: z.bigint(),
    int64: z.int64(),
    symbol: z.symbol(),
    nan: z.nan(),
    any: z.any(),
    unknown: z.unknown(),
    never: z.never(),
    undefined: z.undefined(),
    void: z.void(),
    custom: z.custom(),
    instance: z.instanceof(Date),
    file: z.file(),
    promise: z.promise(z.int()),
    catch: z.int().catch(3),
    intersection: z.intersection(z.strictObject({}), z.strictObject({})),
    looseRecord: z.looseRecord(z.string(), z.int()),
    numberKeys: z.record(z.number(), z.int()),
    flag: z.string().regex(/a/i),
    legacyPattern: z.string().regex(/a{,3}/),
    urlOptions: z.httpUrl(),
    formatByCode: z.stringFormat('even', (text) => text.length % 2 === 0),
    divisors: z.number().multipleOf(2).multipleOf(3),
    bigintLiteral: z.literal(1n),
    optionalItem: z.array(z.int().optional()),
    optionalChoice: z.union([z.int().optional(), z.string()]),
    emptyEnum: z.enum([]),
  }
  for (const [name, zod] of Object.entries(cases)) {
    const findings = found(inside(zod))
    assert.ok(findings.length > 0, name)
    for (const finding of findings) {
      assert.match(finding, /^SCHEMA_UNREPRESENTABLE it, list\[\]\.field(\[\]|\[key\])?$/, name)
    }
  }
  assert.deepEqual(found({ not: 'a schema' }), ['SCHEMA_UNREPRESENTABLE it'])
  assert.deepEqual(found(z.int().optional()), ['SCHEMA_UNREPRESENTABLE it'])
})

test('refuses objects that let unknown fields in, or drop them', () => {
  assert.deepEqual(found(z.strictObject({ a: z.object({}) })), ['SCHEMA_NOT_STRICT it, a'])
  assert.deepEqual(found(z.looseObject({})), ['SCHEMA_NOT_STRICT it'])
  assert.deepEqual(found(z.object({}).catchall(z.int())), ['SCHEMA_NOT_STRICT it'])
  assert.deepEqual(found(z.object({}).strict()), [])
})

test('refuses in state what has no bound, and only there', () => {
  const state = z.strictObject({
    list: z.array(z.strictObject({ text: z.string() })),
    byId: z.record(z.string(), z.string().max(3)),
    rest: z.tuple([z.int()], z.int()),
    pattern: z.string().regex(/^a+$/),
    link: z.url(),
  })
  assert.deepEqual(found(state, { bounded: true }), [
    'SCHEMA_UNBOUNDED it, list[].text',
    'SCHEMA_UNBOUNDED it, list',
    'SCHEMA_UNBOUNDED it, byId[key]',
    'SCHEMA_UNBOUNDED it, byId',
    'SCHEMA_UNBOUNDED it, rest',
    'SCHEMA_UNBOUNDED it, pattern',
    'SCHEMA_UNBOUNDED it, link',
  ])
  assert.deepEqual(found(state), [])
  const bounded = z.strictObject({
    list: z.array(z.strictObject({ text: z.string().max(9) })).max(3),
    byId: z.record(z.uuid(), z.enum(['a'])).meta({ maxProperties: 9 }),
    pattern: z.string().regex(/^[a-z+]{1,9}\*(?:b|cc)?$/u),
    hash: z.hash('sha256'),
    id: z.uuid(),
  })
  assert.deepEqual(found(bounded, { bounded: true }), [])
  for (const pattern of [/^a|b$/, /^a/, /a$/, /^a{2,}$/, /^(a)\1$/, /^a\$/]) {
    assert.deepEqual(found(z.string().regex(pattern), { bounded: true }), ['SCHEMA_UNBOUNDED it'], String(pattern))
  }
})

test('refuses a schema that contains itself', () => {
  const Node = z.strictObject({
    value: z.int(),
    get next() {
      return Node.optional()
    },
  })
  assert.deepEqual(found(Node), ['SCHEMA_RECURSIVE it, next'])
  assert.ok(found(z.json()).every((finding) => finding.startsWith('SCHEMA_RECURSIVE')))
  const same = z.strictObject({ n: z.int() })
  assert.deepEqual(found(z.strictObject({ a: same, b: same })), [])
})

test('refuses names that every object inherits', () => {
  assert.deepEqual(found(z.strictObject({ constructor: z.int() })), ['SCHEMA_FIELD_NAME it'])
  assert.deepEqual(found(z.strictObject(JSON.parse('{"__proto__":0}'))).length, 1)
  assert.deepEqual(found(z.record(z.enum(['toString']), z.int())), ['SCHEMA_FIELD_NAME it'])
})

test('refuses defaults that are no constant, no JSON, or not valid', () => {
  let count = 0
  const cases: z.ZodType[] = [
    z.strictObject({ a: z.int().default(() => count++) }),
    z.strictObject({ a: z.string().max(2).default('long') }),
    z.strictObject({ a: z.number().default(Number.NaN) }),
    z.strictObject({ a: z.number().default(-0) }),
    z.array(z.int().default(3)),
    z.strictObject({}).default({}),
  ]
  for (const zod of cases) assert.match(found(zod).join(), /^SCHEMA_DEFAULT_INVALID it/)
})

test('warns of a misspelt annotation, and minds no foreign one', () => {
  const { findings } = toJsonSchema(z.strictObject({ a: z.string().meta({ personel: true, 'x-vendor': 1 }) }), {
    where: 'it',
    bounded: false,
  })
  assert.deepEqual(
    findings.map(({ code, severity }) => [code, severity]),
    [['SCHEMA_ANNOTATION_UNKNOWN', 'warning']],
  )
  assert.match(findings[0]?.because ?? '', /it, a: .*Did you mean 'personal'\?/)
})

test('lets the data of a rejection be anything, but not in state', () => {
  const any = z.strictObject({ code: z.string().max(64), data: z.unknown() }).meta({ rejection: true })
  assert.deepEqual(codified(any).properties?.['data'], {})
  assert.deepEqual(found(any, { bounded: true }), ['SCHEMA_UNBOUNDED it, data'])
})

test('collects every finding, not only the first', () => {
  assert.equal(found(z.strictObject({ a: z.date(), b: z.object({ c: z.any() }) })).length, 3)
})
