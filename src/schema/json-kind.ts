/** Which kinds of JSON value a schema can take: what tells the alternatives of a union apart. */
import type { Json } from '../base/index.ts'
import type { JsonSchema } from './json-schema.ts'

/** Whole numbers are numbers here: `1` alone does not tell which schema it was meant for. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** null: any kind. */
export function kindsOf(schema: JsonSchema): ReadonlySet<JsonKind> | null {
  if (schema.const !== undefined) return new Set([kindOf(schema.const)])
  if (schema.enum) return new Set(schema.enum.map(kindOf))
  if (schema.type) return new Set([schema.type === 'integer' ? 'number' : schema.type])
  const alternatives = schema.anyOf ?? schema.oneOf
  if (!alternatives) return null
  const kinds = new Set<JsonKind>()
  for (const alternative of alternatives) {
    const known = kindsOf(alternative)
    if (!known) return null
    for (const kind of known) kinds.add(kind)
  }
  return kinds
}

export function kindOf(value: Json): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}
