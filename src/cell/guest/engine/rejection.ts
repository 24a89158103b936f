/** Refusals that a contract declares, as errors: what `turn.reject` makes and what a rejected ask throws. */
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
