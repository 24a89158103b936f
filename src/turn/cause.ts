/**
 * Why a turn runs. A cause that lies in the store (`message`, `timer`) is consumed by the commit of its turn, in the
 * same transaction: that is what makes state effects happen exactly once.
 */
import type { Address } from './address.ts'
import type { Payload } from './outcome.ts'

/** What comes back to the sender: names of its own messages, and what they need to know. */
export type Continuation = { readonly then: string | null; readonly otherwise: string | null; readonly with: Payload }

/** A caller outside the store: its answer is held in the router under `request`, and lost with the process. */
export type RequestCause = {
  readonly type: 'request'
  readonly request: number
  /** Makes a retry safe: the outcome is kept with the commit. `fingerprint` digests message and input. */
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null
}

/** A row of the outbox. `fate` is set when the row is itself a continuation: its input is then still to be composed. */
export type MessageCause = {
  readonly type: 'message'
  readonly row: number
  readonly sender: Address | null
  readonly continuation: Continuation | null
  readonly fate: 'reply' | 'rejection' | null
}

/** A timer that is due; `row` tells this one from a later one of the same name. */
export type TimerCause = { readonly type: 'timer'; readonly name: string; readonly row: number }

/** A connection that came or went: runs the `attached` or `detached` handler. */
export type ConnectionCause = { readonly type: 'connection'; readonly event: 'attached' | 'detached' }

export type Cause = RequestCause | MessageCause | TimerCause | ConnectionCause
