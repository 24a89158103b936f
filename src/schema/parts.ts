/** The schemas directly below a schema, each with its path; elements of arrays and of records are `[]`, keys `[key]`. */
import type { JsonSchema } from './json-schema.ts'

export type SchemaPart = { readonly schema: JsonSchema; readonly path: string }

export function partsOf({ schema, path }: SchemaPart): readonly SchemaPart[] {
  const parts: SchemaPart[] = []
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) parts.push({ schema: branch, path })
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    parts.push({ schema: property, path: path === '' ? name : `${path}.${name}` })
  }
  if (schema.propertyNames) parts.push({ schema: schema.propertyNames, path: `${path}[key]` })
  if (schema.additionalProperties) parts.push({ schema: schema.additionalProperties, path: `${path}[]` })
  for (const item of [...(schema.prefixItems ?? []), ...(schema.items ? [schema.items] : [])]) {
    parts.push({ schema: item, path: `${path}[]` })
  }
  return parts
}

/** A schema and everything below it, outermost first. */
export function allPartsOf(schema: JsonSchema): readonly SchemaPart[] {
  const below = (part: SchemaPart): readonly SchemaPart[] => [part, ...partsOf(part).flatMap(below)]
  return below({ schema, path: '' })
}
