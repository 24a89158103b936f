/**
 * What a call may throw. A rejection that the contract declares, or one of the host's (NOT_FOUND, OVERLOADED,
 * OUTCOME_UNKNOWN, UNDELIVERED), satisfies `isRejection`; anything else is a `CallFailed` with the code of what failed.
 *
 * The house's own `defineErrors` is not used, for the client takes nothing but types from it: it is what browsers load.
 */

/** Codes that come from the client itself. */
export const clientErrors = {
  CLIENT_CLOSED: {
    message: 'The connection was closed by close().',
    remedy: 'Call connect() again, or close later.',
  },
  CLIENT_URL_INVALID: {
    message: 'The URL of the gateway is not a ws, wss, http or https URL.',
    remedy: 'Write where the gateway listens, for example ws://localhost:8080.',
  },
  FRAME_TOO_LARGE: {
    message: 'The message is larger than what the gateway takes in one frame.',
    remedy: 'Send less in one message, or send it to a route that streams.',
  },
} as const

export type ClientCode = keyof typeof clientErrors

/** An error that is no rejection: INPUT_INVALID, HANDLER_FAILED, NOT_EXPOSED and so on. */
export type CallFailed = Error & {
  readonly code: string
  readonly remedy?: string
  /** What is wrong with the input, for INPUT_INVALID. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[]
  /** Where to find it in the log of the host, for failures inside the system. */
  readonly logId?: string
}

/** Which message an error is about. */
export type Called = { readonly component: string; readonly message: string }

type HostCode = 'NOT_FOUND' | 'OVERLOADED' | 'OUTCOME_UNKNOWN' | 'UNDELIVERED'

export function clientError(code: ClientCode): CallFailed {
  const { message, remedy } = clientErrors[code]
  return callFailed({ code, message, remedy })
}

/** As `isRejection` of `selfsame` expects it. */
export function rejection(of: Called, what: { code: string; data: unknown; message?: string }): Error {
  const error = new Error(what.message ?? `${of.component}.${of.message} rejected: ${what.code}`)
  error.name = 'Rejection'
  const { component, message } = of
  return Object.assign(error, { code: what.code, data: what.data, rejection: { component, message } })
}

/** What the client says on the host's behalf. */
export function hostRejection(of: Called, what: { code: HostCode; message: string }): Error {
  return rejection(of, { ...what, data: {} })
}

/** The error for a `failed` frame. */
export function failure(of: Called, what: Omit<CallFailed, 'name'>): Error {
  return isHostCode(what.code) ? hostRejection(of, { code: what.code, message: what.message }) : callFailed(what)
}

function callFailed({ code, message, remedy, issues, logId }: Omit<CallFailed, 'name'>): CallFailed {
  const error = new Error(message)
  error.name = 'CallFailed'
  return Object.assign(error, { code, ...(remedy && { remedy }), ...(issues && { issues }), ...(logId && { logId }) })
}

function isHostCode(code: string): code is HostCode {
  return code === 'NOT_FOUND' || code === 'OVERLOADED' || code === 'OUTCOME_UNKNOWN' || code === 'UNDELIVERED'
}

/** What passes by itself, so that a subscription tries again. */
const PASSING: readonly unknown[] = [
  'OVERLOADED',
  'OUTCOME_UNKNOWN',
  'UNDELIVERED',
  'GATEWAY_OVERLOADED',
  'GATEWAY_STOPPING',
  'GATEWAY_FAULT',
]

export function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && PASSING.includes(error.code)
}
