/** What a caller holds in hand for one entity: its public messages as functions, and its events. By type alone. */
import type * as z from 'zod'
import type { Asks, Calls, Contract, Events } from '../component/index.ts'

type Public<C extends Contract> = Calls<C, 'public'>
type EventName<C extends Contract> = keyof Events<C> & string
type EventData<C extends Contract, E extends EventName<C>> = Events<C>[E] extends z.ZodType
  ? z.output<Events<C>[E]>
  : never
type ReadName<C extends Contract> = keyof Public<C> & keyof Asks<C>
type InputOf<F> = F extends (...input: infer I) => unknown
  ? I extends [infer Input]
    ? { readonly input: Input }
    : { readonly input?: never }
  : never
type OutputOf<F> = F extends (...input: never) => Promise<infer O> ? O : never

/** `sequence` numbers the events of one entity, from 1 on. */
export type Numbered = { readonly sequence: number }

/** What a follower sees: what the read says now, then each event that came after, until it reads again. */
export type Following<C extends Contract, N extends ReadName<C>> = InputOf<Public<C>[N]> & {
  /** At the beginning, and again whenever events may have been missed: replaces everything seen before. */
  snapshot(output: OutputOf<Public<C>[N]>, at: Numbered): void
  /** By name, each event after the snapshot, once and in order. */
  readonly on?: { readonly [E in EventName<C>]?: (data: EventData<C, E>, at: Numbered) => void }
  /** Why it ends: a rejection of the read, or NOT_FOUND. What passes by itself is waited for instead. */
  failed?(error: unknown): void
}

export type Watching<C extends Contract> = {
  /**
   * Calls `seen` for each event from now on, across connections; returns how to stop. Events that are published while
   * there is no connection are missed: `follow` does not miss what they meant.
   */
  on<E extends EventName<C>>(
    event: E,
    seen: (data: EventData<C, E>, at: Numbered) => void,
    options?: { readonly failed?: (error: unknown) => void },
  ): () => void
  /**
   * Follows the entity: a snapshot by the read `read`, then events, and a new snapshot whenever events may have been
   * missed. Returns how to stop.
   */
  follow<N extends ReadName<C>>(read: N, seen: Following<C, N>): () => void
}

/** One function per public message; each returns a promise of the output, and rejects as `isRejection` knows. */
export type Entity<C extends Contract> = Public<C> & Watching<C>

export type CallOptions = {
  /**
   * Sends a call again when its connection was lost before the answer, under an idempotency key that makes it happen
   * once; costs the host one row per call. Without it such a call rejects with OUTCOME_UNKNOWN.
   * @default false
   */
  readonly retry?: boolean
  /** The key to use, for a call that outlives this process, such as one that a person repeats. Implies `retry`. */
  readonly idempotencyKey?: string
}
