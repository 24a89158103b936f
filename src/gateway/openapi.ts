/**
 * The OpenAPI 3.1 document of a gateway, from the codified contracts. Schemas are taken as they are, for 3.1 speaks JSON
 * Schema 2020-12; only references move, and our annotations become `x-` extensions.
 */
import type { CodifiedContract, CodifiedMessage } from '../component/codified.ts'
import type { JsonSchema } from '../schema/index.ts'
import { IDEMPOTENCY_KEY_LENGTH_MAX } from './limits.ts'

type Node = { [name: string]: unknown }

export function openapi(system: { readonly name: string; readonly contracts: readonly CodifiedContract[] }): Node {
  const schemas: Node = { Error: ERROR }
  const paths: Node = {}
  for (const contract of system.contracts) {
    for (const [name, message] of Object.entries(contract.messages)) {
      if (message.access !== 'public') continue
      const verb = message.read ? 'get' : 'post'
      paths[`/${contract.name}/{key}/${name}`] = { [verb]: operation({ contract, name, message, schemas }) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: system.name, version: '1', description: 'Messages of the components that this gateway exposes.' },
    paths,
    components: { schemas },
    'x-events': Object.fromEntries(
      system.contracts.map((contract) => [
        contract.name,
        Object.fromEntries(
          Object.entries(contract.events).map(([event, schema]) => [
            event,
            embed(schema, `${contract.name}.event.${event}`, schemas),
          ]),
        ),
      ]),
    ),
  }
}

function operation(of: { contract: CodifiedContract; name: string; message: CodifiedMessage; schemas: Node }): Node {
  const { contract, name, message, schemas } = of
  const place = `${contract.name}.${name}`
  const input = message.input && embed(message.input, `${place}.input`, schemas)
  return {
    operationId: `${contract.name}_${name}`,
    tags: [contract.name],
    parameters: [
      { name: 'key', in: 'path', required: true, schema: embed(contract.key, `${contract.name}.key`, schemas) },
      ...(message.read && input
        ? [{ name: 'input', in: 'query', required: true, content: { 'application/json': { schema: input } } }]
        : []),
      ...(message.read
        ? []
        : [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: false,
              description: 'Makes a retry safe: with the same key the message is handled once.',
              schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_LENGTH_MAX },
            },
          ]),
    ],
    ...(!message.read && input ? { requestBody: { required: true, content: json(input) } } : {}),
    responses: responses({ message, place, schemas }),
  }
}

function responses(of: { message: CodifiedMessage; place: string; schemas: Node }): Node {
  const { message, place, schemas } = of
  const rejects = Object.entries(message.rejects).map(([code, data]) => ({
    type: 'object',
    properties: { code: { const: code }, data: embed(data, `${place}.rejects.${code}`, schemas) },
    required: ['code', 'data'],
    additionalProperties: false,
  }))
  return {
    ...(message.output
      ? { 200: { description: 'The reply.', content: json(embed(message.output, `${place}.output`, schemas)) } }
      : { 204: { description: 'Done; there is no output.' } }),
    400: failure('The request or its input is not valid.'),
    404: failure('There is no such entity.'),
    ...(rejects.length > 0
      ? { 409: { description: 'A rejection.', content: json(rejects.length === 1 ? rejects[0] : { oneOf: rejects }) } }
      : {}),
    503: failure('Too much waits already; it was not handled. See Retry-After.'),
    ...(message.read ? {} : { 504: failure('Whether it was handled is not known.') }),
    default: failure('Any other failure.'),
  }
}

const json = (schema: unknown): Node => ({ 'application/json': { schema } })
const failure = (description: string): Node => ({ description, content: json({ $ref: '#/components/schemas/Error' }) })

const ERROR: Node = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        remedy: { type: 'string' },
        issues: {
          type: 'array',
          items: {
            type: 'object',
            properties: { path: { type: 'string' }, message: { type: 'string' } },
            required: ['path', 'message'],
          },
        },
        id: { type: 'string', description: 'Where to find it in the log of the host.' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
}

/**
 * The schema at its place in the document. One with references is hoisted into `components.schemas` with its
 * definitions, because `#` means another root here than where it was written.
 */
function embed(schema: JsonSchema, place: string, schemas: Node): unknown {
  if (!JSON.stringify(schema).includes('"$ref"')) return moved(schema, place)
  const { $defs, ...root } = schema
  schemas[named(place)] ??= moved(root, place)
  for (const [name, definition] of Object.entries($defs ?? {}))
    schemas[named(`${place}.${name}`)] ??= moved(definition, place)
  return { $ref: `#/components/schemas/${named(place)}` }
}

const OURS: ReadonlySet<string> = new Set(['unit', 'flags', 'personal', 'replyTo', 'rejection', 'meaning'])
/** Keywords whose members are named by the author: their names are no keywords. */
const NAMED_BY_AUTHOR: ReadonlySet<string> = new Set(['properties', '$defs'])
const PLAIN_VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'required'])

function moved(schema: unknown, place: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => moved(item, place))
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Node = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$schema' || keyword === '$defs') continue
    if (keyword === '$ref' && typeof value === 'string') result.$ref = movedReference(value, place)
    else if (NAMED_BY_AUTHOR.has(keyword))
      result[keyword] = Object.fromEntries(
        Object.entries(value as Node).map(([name, member]) => [name, moved(member, place)]),
      )
    else if (PLAIN_VALUES.has(keyword)) result[keyword] = value
    else result[OURS.has(keyword) ? `x-${keyword}` : keyword] = moved(value, place)
  }
  return result
}

function movedReference(reference: string, place: string): string {
  if (reference === '#') return `#/components/schemas/${named(place)}`
  return `#/components/schemas/${named(`${place}.${reference.replace('#/$defs/', '')}`)}`
}

/** Names of components are limited to these characters. */
function named(place: string): string {
  return place.replaceAll(/[^A-Za-z0-9._-]/g, '_')
}
