/**
 * What code can do inside a turn, as types. The cell makes the values; nothing here runs.
 *
 * A turn awaits reads alone. Everything it does leaves with its commit, or not at all.
 */
import type * as z from 'zod'
import type { Asks, Sends } from './calls.ts'
import type { Continuable, Continuation, Followed } from './continuation.ts'
import type {
  Access,
  Answer,
  Contract,
  Events,
  KeyOf,
  MessageName,
  Messages,
  Others,
  Rejects,
  Where,
} from './contract.ts'
import type { Duration, Instant, ReplyTo } from './values.ts'

/** What all code knows. */
interface Here<C extends Contract, Config> {
  readonly key: KeyOf<C>
  /** The time of the turn: it stands still while the turn runs. */
  readonly now: Instant
  readonly config: Config
  /** `identity` is what `authenticate` said, or for a component its entity: `auction/lot-1`. */
  readonly caller: { readonly identity: string; readonly connection: string | undefined }
  /** Writes a line with turn and entity; a turn that is run again writes it again. */
  log(message: string, data?: object): void
}

/** What `initial` can do. */
export interface Birth<C extends Contract, Config = unknown> extends Here<C, Config> {
  /** Recorded: a turn that is run again gets the same one. */
  uuid(): string
  /** From 0 up to 1; recorded. */
  random(): number
}

/** Reads of committed state: no turn, no lock. */
export interface Reader {
  ask<T extends Contract>(to: T, key: KeyOf<T>): Asks<T>
  /** Keys in order, at most `limit` of those after `after`; `where` names indexes of the component. */
  list<T extends Contract>(
    of: T,
    page: { limit: number; prefix?: string; after?: KeyOf<T>; where?: Where<T> },
  ): Promise<KeyOf<T>[]>
}

interface Rejecting<M> {
  /** Makes the error of a rejection that the contract declares: `throw turn.reject('CLOSED', {})`. */
  reject<Code extends keyof Rejects<M>>(
    code: Code,
    data: Rejects<M>[Code] extends z.ZodType ? z.input<Rejects<M>[Code]> : never,
  ): Error
}

export interface ReadTurn<C extends Contract, N extends MessageName<C>, Config = unknown>
  extends Here<C, Config>,
    Rejecting<Messages<C>[N]> {}

/** What every turn of a component can do, whatever its message: the type for helpers. Its effects leave with the commit. */
export interface Turn<C extends Contract, Config = unknown, Cache = unknown> extends Birth<C, Config>, Reader {
  readonly cache: Cache
  /** Recorded. May reach the outside more than once, so it carries an idempotency key. */
  readonly fetch: typeof globalThis.fetch
  /** Arrives once; `then` and `otherwise` name messages of one's own for what comes back, `with` is what they need to know. */
  send<
    T extends Contract,
    Then extends Continuable<Messages<C>> = never,
    Else extends Continuable<Messages<C>> = never,
  >(
    to: T,
    key: KeyOf<T>,
    continuation?: Continuation<Messages<C>, Then, Else>,
  ): Pick<Followed<Messages<T>, Messages<C>[Then], Messages<C>[Else]>, keyof Sends<T, Others>>
  /** A durable timer; a second one of the same name replaces the first. */
  after(delay: Duration, name: string): Sends<C, Access>
  cancel(name: string): void
  /** To every connection attached to this entity. */
  publish<E extends keyof Events<C>>(
    event: E,
    data: Events<C>[E] extends z.ZodType ? z.input<Events<C>[E]> : never,
  ): void
  /** Answers whoever waits; does nothing if nobody does any more. */
  reply<N extends MessageName<C>>(to: ReplyTo<N>, ...output: Answer<Messages<C>[N]>): void
  rejectTo<N extends MessageName<C>, Code extends keyof Rejects<Messages<C>[N]>>(
    to: ReplyTo<N>,
    code: Code,
    data: Rejects<Messages<C>[N]>[Code] extends z.ZodType ? z.input<Rejects<Messages<C>[N]>[Code]> : never,
  ): void
  /** Removes the entity with its timers and recordings. */
  destroy(): void
}

export interface MessageTurn<C extends Contract, N extends MessageName<C>, Config = unknown, Cache = unknown>
  extends Turn<C, Config, Cache>,
    Rejecting<Messages<C>[N]> {
  /**
   * Return the token in place of the output, and keep it: whoever waits is answered by `reply` or `rejectTo`, and by
   * the host with OUTCOME_UNKNOWN when `deadline` milliseconds have passed.
   */
  defer(options: { deadline: Duration }): ReplyTo<N>
}
