/**
 * Zod 4 to our dialect of JSON Schema. It says exactly what it is given, or it refuses: no transform, refinement or
 * unknown key is dropped on the way, because the codified form is what is enforced. All findings are collected.
 *
 * What is codified is the input side: a field with a default may be left out, and is filled in by the validator.
 */
import { canonicalJson, type Finding, findingOf } from '../base/index.ts'
import { annotationsOf, misspelt } from './annotations.ts'
import { compileValidator } from './compile.ts'
import { schemaErrors } from './errors.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Spot, Walk } from './walk.ts'
import { converters } from './zod-kinds.ts'
import { isZod, type ZodDefinition, type ZodView } from './zod-view.ts'

/** Getters can make a new schema each time, so that a circle is not seen as one. */
const DEPTH_MAX = 64

/**
 * @param where what the schema is, for findings: `auction state`
 * @param bounded whether strings, arrays and records need a bound, as in state
 */
export function toJsonSchema(
  zod: unknown,
  { where, bounded }: { where: string; bounded: boolean },
): { schema: JsonSchema; findings: readonly Finding[] } {
  const findings: Finding[] = []
  const walk: Walk = {
    bounded,
    nothing: {},
    where: ({ path }) => (path === '' ? where : `${where}, ${path}`),
    refuse: (error) => void findings.push(findingOf(error)),
    convert,
  }
  if (!isZod(zod)) {
    walk.refuse(schemaErrors.SCHEMA_UNREPRESENTABLE({ where, what: 'what is no Zod 4 schema' }))
    return { schema: {}, findings }
  }
  return { schema: convert(zod, { path: '', field: false, above: [] }), findings }

  function convert(schema: ZodView, spot: Spot): JsonSchema {
    const { def } = schema._zod
    const place = walk.where(spot)
    if (spot.above.includes(def) || spot.above.length >= DEPTH_MAX) {
      walk.refuse(schemaErrors.SCHEMA_RECURSIVE({ where: place }))
      return walk.nothing
    }
    const slip = misspelt(schema)
    if (slip) {
      const facts = { where: place, name: slip.name, hint: ` Did you mean '${slip.meant}'?` }
      findings.push(findingOf(schemaErrors.SCHEMA_ANNOTATION_UNKNOWN(facts), 'warning'))
    }
    const before = findings.length
    const inner = converters[def.type]
    if (!inner) {
      walk.refuse(schemaErrors.SCHEMA_UNREPRESENTABLE({ where: place, what: `z.${def.type}()` }))
      return walk.nothing
    }
    const converted = inner(schema, { ...spot, above: [...spot.above, def] }, walk)
    const annotated = { ...converted, ...annotationsOf(schema) }
    if ((def.type === 'default' || def.type === 'prefault') && findings.length === before) checkDefault(def, annotated)
    return annotated

    function checkDefault(definition: ZodDefinition, { default: value, ...rest }: JsonSchema): void {
      const again = definition['defaultValue']
      if (canonicalJson(again) !== canonicalJson(value)) wrongDefault('is another one each time')
      const issue = compileValidator(rest)(structuredClone(value))?.[0]
      if (issue) wrongDefault(`${issue.path ? `has a ${issue.path} that ` : ''}${issue.message}`)
    }

    function wrongDefault(what: string): void {
      walk.refuse(schemaErrors.SCHEMA_DEFAULT_INVALID({ where: place, what }))
    }
  }
}
