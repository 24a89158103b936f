/**
 * How a turn ended, and what its caller is told. Values travel as JSON text: whoever needs the value parses it, whoever
 * passes it on does not.
 */

/** A JSON text, or null where the message has no input or output. */
export type Payload = string | null

/** What a handler decided. `deferred`: the caller waits for `token`, across turns. */
export type Outcome =
  | { readonly type: 'replied'; readonly output: Payload }
  | { readonly type: 'rejected'; readonly code: string; readonly data: string }
  | { readonly type: 'deferred'; readonly token: string }

/** How a wait ends: what `turn.reply` and `turn.rejectTo` say, or the host on their behalf. */
export type Settled = Exclude<Outcome, { type: 'deferred' }>

/** A handler that threw, or did what a handler must not. No trace of its turn is left but this. */
export type Fault = {
  readonly code: string
  readonly message: string
  /** Stack in positions of the bundle; the host maps it to the sources. */
  readonly stack: string
}

/** Codes with which the host itself answers, on anyone's behalf. */
export const HOST_CODES = ['NOT_FOUND', 'OVERLOADED', 'OUTCOME_UNKNOWN', 'UNDELIVERED'] as const
export type HostCode = (typeof HOST_CODES)[number]

/**
 * What a caller gets: the reply, a rejection that the contract declares, or a failure. Failures carry codes of the
 * host (`HOST_CODES`), of the gateway's validation, or `HANDLER_FAILED`; a failure never says that nothing happened
 * unless its code's page says so.
 */
export type Answer =
  | { readonly type: 'replied'; readonly output: Payload }
  | { readonly type: 'rejected'; readonly code: string; readonly data: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly retryAfterMs?: number }
