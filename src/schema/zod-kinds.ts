/** One converter per kind of Zod schema that our dialect can say; a kind that is not listed is refused. */
import type { Json } from '../base/index.ts'
import { annotationsOf, recordBoundsOf } from './annotations.ts'
import { schemaErrors } from './errors.ts'
import { isFieldName } from './field-name.ts'
import { jsonDefault } from './json-default.ts'
import type { JsonSchema } from './json-schema.ts'
import { numberSchema } from './number.ts'
import { checkedPattern, isBoundedPattern, nameOfCheck, textSchema } from './text.ts'
import type { Spot, Walk } from './walk.ts'
import { checksOf, childOf, childrenOf, isZod, type ZodView } from './zod-view.ts'

type Converter = (schema: ZodView, spot: Spot, walk: Walk) => JsonSchema

export const converters: Readonly<Record<string, Converter>> = {
  string(schema, spot, walk) {
    if (schema._zod.def['coerce']) return unsaid('a coercion', spot, walk)
    const text = textSchema(checksOf(schema), (what) => void unsaid(what, spot, walk))
    return boundedText(text, spot, walk)
  },
  template_literal(schema, spot, walk) {
    const pattern = schema._zod.pattern && checkedPattern(schema._zod.pattern, (what) => void unsaid(what, spot, walk))
    return pattern === undefined ? walk.nothing : boundedText({ type: 'string', pattern }, spot, walk)
  },
  number(schema, spot, walk) {
    if (schema._zod.def['coerce']) return unsaid('a coercion', spot, walk)
    return numberSchema(checksOf(schema), (what) => void unsaid(what, spot, walk))
  },
  boolean(schema, spot, walk) {
    if (schema._zod.def['coerce']) return unsaid('a coercion', spot, walk)
    onlyLengths(schema, spot, walk)
    return { type: 'boolean' }
  },
  null: () => ({ type: 'null' }),
  literal: (schema, spot, walk) => oneOfValues(listed(schema._zod.def['values']), spot, walk),
  enum: (schema, spot, walk) => oneOfValues(enumValues(schema._zod.def['entries']), spot, walk),
  object: objectSchema,
  record: recordSchema,
  array(schema, spot, walk) {
    const bounds = onlyLengths(schema, spot, walk)
    const items = convertChild(schema, 'element', { ...spot, path: `${spot.path}[]`, field: false }, walk)
    if (walk.bounded && bounds.most === undefined) unbounded('an array', spot, walk)
    return {
      type: 'array',
      ...(bounds.least === undefined ? {} : { minItems: bounds.least }),
      ...(bounds.most === undefined ? {} : { maxItems: bounds.most }),
      items,
    }
  },
  tuple: tupleSchema,
  union(schema, spot, walk) {
    onlyLengths(schema, spot, walk)
    const inside = { ...spot, field: false }
    const schemas = childrenOf(schema, 'options').map((option) => walk.convert(option, inside))
    return schema._zod.def['inclusive'] === false ? { oneOf: schemas } : { anyOf: schemas }
  },
  nullable: (schema, spot, walk) => ({ anyOf: [convertChild(schema, 'innerType', spot, walk), { type: 'null' }] }),
  optional(schema, spot, walk) {
    if (!spot.field) unsaid('an optional value that is not a field of an object', spot, walk)
    return convertChild(schema, 'innerType', spot, walk)
  },
  nonoptional: (schema, spot, walk) => convertChild(schema, 'innerType', spot, walk),
  readonly: (schema, spot, walk) => convertChild(schema, 'innerType', spot, walk),
  default: withDefault,
  prefault: withDefault,
  lazy(schema, spot, walk) {
    const getter = schema._zod.def['getter']
    const inner: unknown = typeof getter === 'function' ? getter() : undefined
    return isZod(inner) ? walk.convert(inner, spot) : unsaid('z.lazy()', spot, walk)
  },
}

// ---- refusals
function unsaid(what: string, spot: Spot, walk: Walk): JsonSchema {
  walk.refuse(schemaErrors.SCHEMA_UNREPRESENTABLE({ where: walk.where(spot), what }))
  return walk.nothing
}

function unbounded(what: string, spot: Spot, walk: Walk): void {
  walk.refuse(schemaErrors.SCHEMA_UNBOUNDED({ where: walk.where(spot), what }))
}

function convertChild(schema: ZodView, field: string, spot: Spot, walk: Walk): JsonSchema {
  const child = childOf(schema, field)
  return child ? walk.convert(child, spot) : unsaid(`z.${schema._zod.def.type}()`, spot, walk)
}

// ---- kinds
function boundedText(text: JsonSchema, spot: Spot, walk: Walk): JsonSchema {
  const isBounded = text.maxLength !== undefined || (text.pattern !== undefined && isBoundedPattern(text.pattern))
  if (walk.bounded && !isBounded) unbounded('a string', spot, walk)
  return text
}

/** Reads the lengths of an array; whatever else is checked is refused. */
function onlyLengths(schema: ZodView, spot: Spot, walk: Walk): { least?: number; most?: number } {
  const bounds: { least?: number; most?: number } = {}
  for (const check of checksOf(schema)) {
    if (check.check === 'min_length') bounds.least = Math.max(bounds.least ?? 0, Number(check['minimum']))
    else if (check.check === 'max_length') bounds.most = Math.min(bounds.most ?? Infinity, Number(check['maximum']))
    else if (check.check === 'length_equals') bounds.least = bounds.most = Number(check['length'])
    else unsaid(nameOfCheck(check), spot, walk)
  }
  return bounds
}

function objectSchema(schema: ZodView, spot: Spot, walk: Walk): JsonSchema {
  onlyLengths(schema, spot, walk)
  const catchall = childOf(schema, 'catchall')
  if (catchall?._zod.def.type !== 'never') {
    const what = catchall ? 'fields that are not declared are let in' : 'z.object() drops fields that are not declared'
    walk.refuse(schemaErrors.SCHEMA_NOT_STRICT({ where: walk.where(spot), what }))
  }
  const properties: [string, JsonSchema][] = []
  const required: string[] = []
  const isRejection = annotationsOf(schema).rejection === true
  for (const [name, field] of Object.entries(Object(schema._zod.def['shape']))) {
    const inside: Spot = { ...spot, path: spot.path === '' ? name : `${spot.path}.${name}`, field: true }
    if (!isZod(field)) {
      unsaid('what is no Zod 4 schema', inside, walk)
      continue
    }
    if (!isFieldName(name)) {
      walk.refuse(schemaErrors.SCHEMA_FIELD_NAME({ where: walk.where(spot), name }))
      continue
    }
    if (field._zod.optin === undefined) required.push(name)
    properties.push([name, isRejection && name === 'data' ? anyData(inside, walk) : walk.convert(field, inside)])
  }
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
}

/** Only the data of somebody else's rejection may be anything. */
function anyData(spot: Spot, walk: Walk): JsonSchema {
  if (walk.bounded) unbounded('the data of a rejection', spot, walk)
  return {}
}

function recordSchema(schema: ZodView, spot: Spot, walk: Walk): JsonSchema {
  onlyLengths(schema, spot, walk)
  const { mode, partial } = schema._zod.def
  if (mode === 'loose') return unsaid('z.looseRecord()', spot, walk)
  const keys = convertChild(schema, 'keyType', { ...spot, path: `${spot.path}[key]`, field: false }, walk)
  const values = convertChild(schema, 'valueType', { ...spot, path: `${spot.path}[]`, field: false }, walk)
  const names = keys.enum ?? (keys.const === undefined ? undefined : [keys.const])
  if (names) {
    const fields = names.map(String)
    const unusable = fields.find((name) => !isFieldName(name))
    if (unusable !== undefined) walk.refuse(schemaErrors.SCHEMA_FIELD_NAME({ where: walk.where(spot), name: unusable }))
    const properties = Object.fromEntries(fields.map((name) => [name, values]))
    return { type: 'object', properties, ...(partial ? {} : { required: fields }), additionalProperties: false }
  }
  if (keys !== walk.nothing && keys.type !== 'string') return unsaid('a record whose keys are not strings', spot, walk)
  const bounds = recordBoundsOf(schema)
  if (walk.bounded && bounds.maxProperties === undefined) unbounded('a record', spot, walk)
  return { type: 'object', propertyNames: keys, additionalProperties: values, ...bounds }
}

function tupleSchema(schema: ZodView, spot: Spot, walk: Walk): JsonSchema {
  onlyLengths(schema, spot, walk)
  const prefixItems = childrenOf(schema, 'items').map((item, i) =>
    walk.convert(item, { ...spot, path: `${spot.path}[${i}]`, field: false }),
  )
  const rest = childOf(schema, 'rest')
  if (!rest)
    return { type: 'array', prefixItems, items: false, minItems: prefixItems.length, maxItems: prefixItems.length }
  if (walk.bounded) unbounded('the rest of a tuple', spot, walk)
  const items = walk.convert(rest, { ...spot, path: `${spot.path}[]`, field: false })
  return { type: 'array', prefixItems, items, minItems: prefixItems.length }
}

function withDefault(schema: ZodView, spot: Spot, walk: Walk): JsonSchema {
  const inner = convertChild(schema, 'innerType', spot, walk)
  const value = jsonDefault(schema._zod.def['defaultValue'])
  if (spot.field && value !== undefined) return { ...inner, default: value }
  const what = spot.field ? 'is not a JSON value' : 'is not that of a field of an object'
  walk.refuse(schemaErrors.SCHEMA_DEFAULT_INVALID({ where: walk.where(spot), what }))
  return inner
}

// ---- literals and enums
function oneOfValues(values: readonly unknown[], spot: Spot, walk: Walk): JsonSchema {
  if (values.length === 0) return unsaid('a choice of no values', spot, walk)
  const json = values.filter((value): value is Json => jsonDefault(value) !== undefined)
  if (json.length < values.length) return unsaid('a literal that is no JSON value', spot, walk)
  const type = commonType(json)
  const [only] = json
  if (json.length === 1 && only !== undefined) return { ...type, const: only }
  return { ...type, enum: json }
}

function commonType(values: readonly Json[]): JsonSchema {
  if (values.every((value) => typeof value === 'string')) return { type: 'string' }
  if (values.every((value) => typeof value === 'number')) return { type: 'number' }
  if (values.every((value) => typeof value === 'boolean')) return { type: 'boolean' }
  return values.every((value) => value === null) ? { type: 'null' } : {}
}

function listed(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values : []
}

/** A numeric enum of TypeScript also maps its numbers back to their names; those are no values. */
function enumValues(entries: unknown): readonly unknown[] {
  const pairs = Object.entries(Object(entries))
  const numbers = pairs.map(([, value]) => value).filter((value) => typeof value === 'number')
  return pairs.filter(([name]) => !numbers.includes(Number(name))).map(([, value]) => value)
}
