/**
 * What belongs to a person, by schema: which paths, and a copy of a value without it. Recordings and exports pass
 * through here. Where alternatives disagree, whatever any of them calls personal is redacted.
 */
import type { Json } from '../base/index.ts'
import type { JsonSchema } from './json-schema.ts'
import { partsOf, type SchemaPart } from './parts.ts'

/** Stands in place of a personal value. A redacted record need not satisfy its schema. */
export const REDACTED = '[personal]'

/** Paths such as `pending[].bidder`; elements of arrays and of records are `[]`, personal keys of a record `[key]`. */
export function personalPaths(schema: JsonSchema): readonly string[] {
  const paths = new Set<string>()
  collect({ schema, path: '' }, paths)
  return [...paths]
}

function collect(part: SchemaPart, paths: Set<string>): void {
  if (part.schema.personal) paths.add(part.path)
  else for (const below of partsOf(part)) collect(below, paths)
}

/** A copy of `value` with every personal value replaced. What the schema does not describe is copied as it is. */
export function redact(schema: JsonSchema, value: Json): Json {
  if (schema.personal) return REDACTED
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const seen = alternatives.reduce<Json>((partly, branch) => redact(branch, partly), value)
  if (isList(seen)) return redactList(schema, seen)
  if (typeof seen === 'object' && seen !== null) return redactObject(schema, seen)
  return seen
}

function redactList(schema: JsonSchema, list: readonly Json[]): Json {
  const { prefixItems = [], items } = schema
  return list.map((item, i) => {
    const itemSchema = prefixItems[i] ?? (items || undefined)
    return itemSchema ? redact(itemSchema, item) : item
  })
}

function redactObject(schema: JsonSchema, object: { readonly [name: string]: Json }): Json {
  const hidesKeys = schema.propertyNames?.personal === true
  const members = Object.entries(object).map(([name, member], i): [string, Json] => {
    const property = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    const memberSchema = property ?? (schema.additionalProperties || undefined)
    // Numbered, so that no two entries fall together.
    return [hidesKeys ? `${REDACTED} ${i + 1}` : name, memberSchema ? redact(memberSchema, member) : member]
  })
  // `fromEntries` defines its members, so that a key `__proto__` stays a key.
  return Object.fromEntries(members)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
