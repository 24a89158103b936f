/**
 * Everything that one turn does, as data: the cell sends it to the store, which takes all of it or nothing. The fences
 * (`epoch`, `lease`, `base`) make sure that a turn that was given up cannot commit after all.
 */
import type { Address } from './address.ts'
import type { Caller } from './caller.ts'
import type { Cause, Continuation } from './cause.ts'
import type { Answer, Outcome, Payload, Settled } from './outcome.ts'

/** What becomes of the record. `keep`: it stays as it is, only effects are committed. `none`: a cell without state. */
export type Change =
  | { readonly type: 'put'; readonly state: string; readonly indexes: readonly Indexed[] }
  | { readonly type: 'keep' }
  | { readonly type: 'destroy' }
  | { readonly type: 'none' }

export type Indexed = { readonly name: string; readonly value: string | number | boolean }

export type Send = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly continuation: Continuation | null
}

/** `set` replaces a timer of the same name. */
export type TimerChange =
  | {
      readonly type: 'set'
      readonly name: string
      readonly dueMs: number
      readonly message: string
      readonly input: Payload
    }
  | { readonly type: 'cancel'; readonly name: string }

export type Published = { readonly event: string; readonly data: string }

export type Commit = {
  readonly turn: number
  readonly to: Address
  readonly message: string
  readonly caller: Caller
  /** The cell's epoch: the store refuses every other than the current one of the component. */
  readonly epoch: number
  readonly lease: number
  /** Revision of the record that the turn was computed from; 0 if there was none. A commit makes it `base + 1`. */
  readonly base: number
  /** Digest of the migration chain that the state is written in. */
  readonly version: string
  readonly nowMs: number
  readonly cause: Cause
  readonly change: Change
  readonly outcome: Outcome
  /** For a deferred outcome: when the wait ends by itself, with OUTCOME_UNKNOWN. */
  readonly waitUntilMs: number | null
  readonly sends: readonly Send[]
  readonly timers: readonly TimerChange[]
  readonly events: readonly Published[]
  /** Waits that this turn ends. */
  readonly replies: readonly { readonly token: string; readonly outcome: Settled }[]
}

/** A row of the outbox as it lies in the store and is delivered. */
export type OutboxRow = {
  readonly row: number
  readonly to: Address
  /** For a row whose `fate` is set: one of the receiver's own messages. */
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly sender: Address | null
  readonly continuation: Continuation | null
  /** A continuation: `result` is the reply's output or the rejection, `input` what `with` carried. */
  readonly fate: 'reply' | 'rejection' | null
  readonly result: Payload
  readonly attempts: number
  readonly notBeforeMs: number
}

export type NumberedEvent = Published & { readonly sequence: number }

/** Why the store did not take a commit. All but `failed` mean: another took its place, nothing is lost. */
export type Refusal = 'epoch' | 'lease' | 'base' | 'consumed' | 'duplicate' | 'failed'

/** What the store tells the router about each commit, in commit order. */
export type Verdict =
  | {
      readonly type: 'committed'
      readonly turn: number
      readonly to: Address
      /** Sequence number of the transaction, over the whole store. */
      readonly commit: number
      readonly revision: number
      readonly destroyed: boolean
      readonly events: readonly NumberedEvent[]
      /** Callers outside that can be answered now: this turn's own, and waits that it ended. */
      readonly answers: readonly { readonly request: number; readonly answer: Answer }[]
      readonly outbox: readonly OutboxRow[]
      /** The earliest timer or wait that the transaction added, or when its idempotency key is to be swept; if any. */
      readonly dueMs: number | null
    }
  | {
      readonly type: 'refused'
      readonly turn: number
      readonly to: Address
      readonly because: Refusal
      /** For `duplicate`: what the first use of the idempotency key was answered, or null while it still waits. */
      readonly answer: Answer | null
      readonly message: string
    }
