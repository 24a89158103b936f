/**
 * What comes back to a sender. At the send, `then`, `otherwise` and `with` are checked and kept as data; when the row
 * comes back, its input is composed: of `with`, plus `reply` or `rejection`, the fields that the message's input names.
 */
import type { CodifiedContract } from '../../../component/index.ts'
import type { Continuation, Delivery, Payload } from '../../../turn/index.ts'
import { notJson } from './plain-json.ts'

type Asked = { readonly then?: unknown; readonly otherwise?: unknown; readonly with?: unknown }
type Checked = { readonly continuation: Continuation | null; readonly wrong: null } | { readonly wrong: string }

/** Checks what `turn.send` was given as its third argument. */
export function continuationOf(own: CodifiedContract, asked: Asked | undefined): Checked {
  if (asked === undefined || (asked.then === undefined && asked.otherwise === undefined)) {
    if (asked?.with !== undefined) return { wrong: "'with' carries nothing without 'then' or 'otherwise'" }
    return { continuation: null, wrong: null }
  }
  const then = nameOf(own, asked.then, 'then')
  if (then.wrong !== null) return then
  const otherwise = nameOf(own, asked.otherwise, 'otherwise')
  if (otherwise.wrong !== null) return otherwise
  const lost = asked.with === undefined ? null : notJson(asked.with)
  if (lost !== null) return { wrong: `'with' ${lost.path} ${lost.message}` }
  const carried = asked.with === undefined ? null : JSON.stringify(asked.with)
  return { continuation: { then: then.name, otherwise: otherwise.name, with: carried }, wrong: null }
}

type Named = { readonly name: string | null; readonly wrong: null } | { readonly wrong: string }

function nameOf(own: CodifiedContract, name: unknown, fate: 'then' | 'otherwise'): Named {
  if (name === undefined) return { name: null, wrong: null }
  const message = typeof name === 'string' && Object.hasOwn(own.messages, name) ? own.messages[name] : undefined
  if (typeof name !== 'string' || message === undefined) return { wrong: `'${fate}' names no message of one's own` }
  if (message.read || message.creates) return { wrong: `'${fate}' cannot be '${name}', which reads or creates` }
  if (message.access === 'public') return { wrong: `'${fate}' cannot be '${name}', which anyone may send` }
  return { name, wrong: null }
}

/** The input of a continuation that came back; `fields` are the names that its input schema knows. */
export function composedInput(delivery: Delivery, fields: readonly string[] | null): unknown {
  if (fields === null) return undefined
  const fate = delivery.cause.type === 'message' ? delivery.cause.fate : null
  const carried = parsed(delivery.input)
  const known: Record<string, unknown> = typeof carried === 'object' && carried !== null ? { ...carried } : {}
  if (fate !== null) known[fate] = parsed(delivery.result ?? null)
  return Object.fromEntries(fields.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]))
}

export function parsed(payload: Payload): unknown {
  return payload === null ? undefined : JSON.parse(payload)
}
