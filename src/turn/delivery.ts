/**
 * What the router hands to a cell. The router validates and orders; the cell runs. `turn` numbers one attempt to run
 * one message: a message that is run again gets a new number, and whatever an older number sends is refused.
 */
import type { Address } from './address.ts'
import type { Caller } from './caller.ts'
import type { Cause } from './cause.ts'
import type { Payload, Settled } from './outcome.ts'

/** A turn or a read to run. `lease` is the right to change the entity; a higher one tells the cell to forget its copy. */
export type Delivery = {
  readonly type: 'turn' | 'read'
  readonly turn: number
  readonly to: Address
  readonly lease: number
  readonly message: string
  readonly input: Payload
  /** For a continuation (its cause has a `fate`): the reply's output or the rejection; `input` is what `with` carried. */
  readonly result?: Payload
  readonly caller: Caller
  readonly cause: Cause
  readonly nowMs: number
  /** All randomness of the turn comes from this, so that the turn can be run again. */
  readonly seed: string
  /** Answers that an earlier attempt got from outside: `fetch` by call number. */
  readonly recorded: readonly Recorded[]
}

/** One recorded answer of the world; `call` counts the turn's calls from 0. */
export type Recorded = { readonly call: number; readonly request: string; readonly result: CallResult }

/** Answers what a running turn waits for. */
export type CallResult =
  | { readonly type: 'settled'; readonly outcome: Settled }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'fetched'; readonly response: FetchedResponse }

/** `body` is base64, so that a recording is text throughout. */
export type FetchedResponse = {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

export type ToCell =
  | Delivery
  | { readonly type: 'result'; readonly turn: number; readonly call: number; readonly result: CallResult }
  /** The turn's result is not wanted any more; what it still sends is refused by its lease. */
  | { readonly type: 'abandon'; readonly turn: number }
  /** The cell shall answer 'stopped' when nothing runs any more. */
  | { readonly type: 'stop' }

/** What a cell tells the router. Commits go to the store directly (see commit.ts). */
export type FromCell =
  | { readonly type: 'ready' }
  /**
   * A read, or a turn without any effect: its outcome may leave when the state it was computed from (`revision`,
   * under `lease`) is committed. `sequence` is the number of the entity's last event as of that state.
   */
  | {
      readonly type: 'answered'
      readonly turn: number
      readonly revision: number
      readonly sequence: number
      readonly outcome: Settled
    }
  | { readonly type: 'missing'; readonly turn: number; readonly revision: number }
  | {
      readonly type: 'faulted'
      readonly turn: number
      readonly revision: number
      readonly fault: import('./outcome.ts').Fault
    }
  /** A commit for this turn is on its way to the store; the turn no longer holds the entity. */
  | { readonly type: 'committing'; readonly turn: number }
  | {
      readonly type: 'ask'
      readonly turn: number
      readonly call: number
      readonly to: Address
      readonly message: string
      readonly input: Payload
    }
  | { readonly type: 'fetch'; readonly turn: number; readonly call: number; readonly request: FetchRequest }
  /** `to`: whose turn it was, which the router may have settled by then; null if that is not known. */
  | {
      readonly type: 'log'
      readonly turn: number
      readonly to: Address | null
      readonly message: string
      readonly data: Payload
    }
  | { readonly type: 'stopped' }

export type FetchRequest = {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  /** base64, or null for no body. */
  readonly body: string | null
}
