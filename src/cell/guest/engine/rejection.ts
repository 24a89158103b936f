/** Refusals that a contract declares, as errors: what `turn.reject` makes and what a rejected ask or call throws. */
import { assert } from '../../../base/index.ts'
import { type CallResult, HOST_CODES } from '../../../turn/index.ts'
import { engineErrors, issuesText } from './errors.ts'
import type { Shapes } from './shapes.ts'

/** `rejection` says whose refusal it is; `isRejection` of the authoring library tests it. */
export type RejectionError = Error & {
  readonly code: string
  readonly data: unknown
  readonly rejection: { readonly component: string; readonly message: string }
}

type Refused = { readonly component: string; readonly message: string; readonly code: string; readonly data: unknown }

export function rejectionError({ component, message, code, data }: Refused): RejectionError {
  const error = new Error(`${component}.${message} rejected: ${code}`)
  return Object.assign(error, { name: 'Rejection', code, data, rejection: { component, message } })
}

/** What a call to another entity came to: its output. @throws its rejection, or an error with the code of a failure */
export function replyOf(result: CallResult, asked: { readonly component: string; readonly message: string }): unknown {
  if (result.type === 'settled') {
    const { outcome } = result
    if (outcome.type === 'replied') return outcome.output === null ? undefined : JSON.parse(outcome.output)
    throw rejectionError({ ...asked, code: outcome.code, data: JSON.parse(outcome.data) })
  }
  assert(result.type === 'failed', 'a call to an entity is answered by that entity')
  const { code, message } = result
  // What the host answers on anyone's behalf is a rejection like the receiver's own.
  if (HOST_CODES.some((known) => known === code)) throw rejectionError({ ...asked, code, data: {} })
  throw Object.assign(new Error(message), { code })
}

/** The data of a rejection as text. @throws REJECTION_INVALID */
export function rejectionData(shapes: Shapes, rejected: { message: string; code: string; data: unknown }): string {
  const { message, code, data } = rejected
  const name = `message.${message}.rejects.${code}` as const
  if (!shapes.has(name)) {
    throw engineErrors.REJECTION_INVALID({ message, code, reason: 'its contract does not declare that code' })
  }
  const { text, issues } = shapes.encode(name, data)
  if (issues !== null || text === null) {
    throw engineErrors.REJECTION_INVALID({ message, code, reason: issuesText(issues ?? []) })
  }
  return text
}
