/** A contract as data: schemas in the dialect, and what is left unsaid said (`access`, `read`, `creates`). */
import { type JsonSchema, kindsOf } from '../../schema/index.ts'
import { KEY_LENGTH_MAX } from '../../turn/index.ts'
import type { CodifiedContract, CodifiedMessage } from '../codified.ts'
import type { Contract, Message } from '../contract.ts'
import { componentErrors } from '../errors.ts'
import type { Collected } from './collected.ts'

/** No control characters and no half of a surrogate pair: a key stands in URLs, log lines and rows. */
const KEY_PATTERN = '^[^\\p{Cc}\\p{Cs}]+$'

export function codifyContract(contract: Contract, indexes: readonly string[], found: Collected): CodifiedContract {
  const { name, definition } = contract
  const messages = Object.entries(definition.messages).map(([message, declared]): [string, CodifiedMessage] => [
    message,
    codifyMessage(`${name}.${message}`, declared, found),
  ])
  const events = Object.entries(definition.events ?? {}).map(([event, data]): [string, JsonSchema] => [
    event,
    found.schema(data, { where: `${name} event ${event}`, bounded: false }),
  ])
  return {
    name,
    key: codifyKey(contract, found),
    messages: Object.fromEntries(messages),
    events: Object.fromEntries(events),
    indexes: [...indexes],
  }
}

function codifyMessage(where: string, message: Message, found: Collected): CodifiedMessage {
  const schema = (zod: unknown, part: string) => found.schema(zod, { where: `${where} ${part}`, bounded: false })
  const rejects = Object.entries(message.rejects ?? {}).map(([code, data]): [string, JsonSchema] => [
    code,
    schema(data, `rejects ${code}`),
  ])
  return {
    access: message.access ?? 'system',
    read: message.read === true,
    creates: message.creates === true,
    input: message.input === undefined ? null : schema(message.input, 'input'),
    output: message.output === undefined ? null : schema(message.output, 'output'),
    rejects: Object.fromEntries(rejects),
  }
}

function codifyKey({ name, definition }: Contract, found: Collected): JsonSchema {
  const before = found.findings.length
  const key = found.schema(definition.key, { where: `${name} key`, bounded: false })
  if (found.findings.length > before) return key
  const kinds = kindsOf(key)
  if (kinds?.size !== 1 || !kinds.has('string')) {
    found.refuse(componentErrors.KEY_NOT_TEXT({ where: name }))
    return key
  }
  if (key.type !== 'string' || key.enum || key.const !== undefined) return key
  return {
    ...key,
    minLength: Math.max(1, key.minLength ?? 0),
    maxLength: Math.min(KEY_LENGTH_MAX, key.maxLength ?? KEY_LENGTH_MAX),
    pattern: key.pattern ?? KEY_PATTERN,
  }
}
