/**
 * What the schemas of one component say, ready to use: values become text and text becomes values only through here,
 * so nothing leaves or enters a turn unchecked.
 */
import type { CodifiedComponent, CodifiedConnector } from '../../../component/index.ts'
import type { Issue, JsonSchema, SchemaName, Validate, Validators } from '../../../schema/index.ts'
import type { Payload } from '../../../turn/index.ts'
import { notJson } from './plain-json.ts'

export type Encoded =
  | { readonly text: Payload; readonly issues: null }
  | { readonly text: null; readonly issues: readonly Issue[] }

/** `fills`: the schema declares a default somewhere, so validating may write into the value. */
type Shape = { readonly validate: Validate; readonly fills: boolean }

export interface Shapes {
  has(name: SchemaName): boolean
  /** Checks a live value and writes it as text. Never writes into the value: it may be a part of the state. */
  encode(name: SchemaName, value: unknown): Encoded
  /** Checks a value that is nobody else's and fills in defaults. Returns the issues, or null. */
  check(name: SchemaName, value: unknown): readonly Issue[] | null
  /** Whether checking may write defaults into the value. */
  fills(name: SchemaName): boolean
  /** The fields that a message's input names, or null if it takes none. */
  fields(message: string): readonly string[] | null
}

const TAKES_NOTHING: readonly Issue[] = [{ path: '', message: 'takes no value' }]

function hasDefault(schema: JsonSchema): boolean {
  if (schema.default !== undefined) return true
  const below = [schema.additionalProperties, schema.items].filter((inner) => typeof inner === 'object')
  const lists = [schema.anyOf, schema.oneOf, schema.prefixItems].flatMap((list) => list ?? [])
  const named = [schema.properties, schema.$defs].flatMap((record) => Object.values(record ?? {}))
  return [...below, ...lists, ...named].some(hasDefault)
}

/** Names of the members that a schema knows, through references and alternatives. */
function membersOf(schema: JsonSchema, root: JsonSchema, seen: ReadonlySet<string> = new Set()): readonly string[] {
  const target = schema.$ref
  if (target !== undefined && !seen.has(target)) {
    const found = target === '#' ? root : root.$defs?.[target.replace(/^#\/\$defs\//, '')]
    if (found !== undefined) return membersOf(found, root, new Set([...seen, target]))
  }
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const names = alternatives.flatMap((alternative) => membersOf(alternative, root, seen))
  return [...new Set([...Object.keys(schema.properties ?? {}), ...names])]
}

function schemasOf(codified: CodifiedComponent | CodifiedConnector): ReadonlyMap<string, JsonSchema> {
  const { messages, events } = codified.contract
  const schemas = new Map<string, JsonSchema>()
  for (const [name, { input, output, rejects }] of Object.entries(messages)) {
    if (input !== null) schemas.set(`message.${name}.input`, input)
    if (output !== null) schemas.set(`message.${name}.output`, output)
    for (const [code, data] of Object.entries(rejects)) schemas.set(`message.${name}.rejects.${code}`, data)
  }
  for (const [name, data] of Object.entries(events)) schemas.set(`event.${name}`, data)
  if (codified.kind === 'component') schemas.set('state', codified.state)
  return schemas
}

export function shapesOf(codified: CodifiedComponent | CodifiedConnector, validators: Validators): Shapes {
  const schemas = schemasOf(codified)
  const shapes = new Map<string, Shape>()
  for (const [name, validate] of Object.entries(validators)) {
    const schema = schemas.get(name)
    if (validate !== undefined) shapes.set(name, { validate, fills: schema !== undefined && hasDefault(schema) })
  }
  const fields = new Map<string, readonly string[]>()
  for (const [name, { input }] of Object.entries(codified.contract.messages)) {
    if (input !== null) fields.set(name, membersOf(input, input))
  }

  return {
    has: (name) => shapes.has(name),
    fills: (name) => shapes.get(name)?.fills === true,
    fields: (message) => fields.get(message) ?? null,
    check(name, value) {
      const shape = shapes.get(name)
      if (shape === undefined) return value === undefined || value === null ? null : TAKES_NOTHING
      return shape.validate(value)
    },
    encode(name, value) {
      const shape = shapes.get(name)
      if (shape === undefined) {
        return value === undefined || value === null
          ? { text: null, issues: null }
          : { text: null, issues: TAKES_NOTHING }
      }
      const lost = notJson(value)
      if (lost !== null) return { text: null, issues: [lost] }
      const text = JSON.stringify(value)
      const copy: unknown = shape.fills ? JSON.parse(text) : value
      const issues = shape.validate(copy)
      if (issues !== null) return { text: null, issues }
      return { text: shape.fills ? JSON.stringify(copy) : text, issues: null }
    },
  }
}
