/**
 * How the alternatives of a union are told apart: by a field that each of them fixes (`phase: 'open'`), by their kind
 * of JSON value, or else by trying one after the other. The first two lead to issues that name the field that is wrong.
 */
import type { Json } from '../base/index.ts'
import { type JsonKind, kindsOf } from './json-kind.ts'
import type { JsonSchema } from './json-schema.ts'

export type Alternatives =
  | {
      readonly by: 'tag'
      readonly field: string
      readonly cases: readonly { values: readonly Json[]; schema: JsonSchema }[]
    }
  | { readonly by: 'kind'; readonly cases: readonly { kinds: ReadonlySet<JsonKind>; schema: JsonSchema }[] }
  /** `exactly`: one and only one has to match. */
  | { readonly by: 'trial'; readonly exactly: boolean; readonly schemas: readonly JsonSchema[] }

/** undefined for a schema that is no union. */
export function alternativesOf(schema: JsonSchema): Alternatives | undefined {
  const schemas = schema.anyOf ?? schema.oneOf
  if (!schemas) return undefined
  return byTag(schemas) ?? byKind(schemas) ?? { by: 'trial', exactly: schema.oneOf !== undefined, schemas }
}

function byTag(schemas: readonly JsonSchema[]): Alternatives | undefined {
  for (const field of schemas[0]?.required ?? []) {
    const cases = schemas.map((schema) => ({ values: fixedValues(schema, field), schema }))
    const all = cases.flatMap(({ values }) => values)
    if (cases.every(({ values }) => values.length > 0) && new Set(all).size === all.length) {
      return { by: 'tag', field, cases }
    }
  }
  return undefined
}

/** The values that the schema allows for a required field, if it lists them. */
function fixedValues(schema: JsonSchema, field: string): readonly Json[] {
  if (schema.type !== 'object' || !schema.required?.includes(field)) return []
  const member = schema.properties?.[field]
  if (member?.const !== undefined) return [member.const]
  return member?.enum ?? []
}

function byKind(schemas: readonly JsonSchema[]): Alternatives | undefined {
  const cases: { kinds: ReadonlySet<JsonKind>; schema: JsonSchema }[] = []
  const taken = new Set<JsonKind>()
  for (const schema of schemas) {
    const kinds = kindsOf(schema)
    if (!kinds) return undefined
    for (const kind of kinds) {
      if (taken.has(kind)) return undefined
      taken.add(kind)
    }
    cases.push({ kinds, schema })
  }
  return { by: 'kind', cases }
}
