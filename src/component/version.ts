/**
 * A version is one type with state, messages and events, so that `migration<V1, V2>` types all of its functions, and a
 * chain of migrations can be checked end to end.
 */
import type * as z from 'zod'
import type { Contract, Data, Events, MessageName, Messages, Received, Rejects, Replied } from './contract.ts'
import type { Migration } from './migration.ts'

/** `history/<component>/vN.ts` is generated in this form, the unreleased version included. */
export type Version = { state: object; messages: object; events: object }

export type VersionOf<C extends Contract, S extends z.ZodType> = {
  state: z.output<S>
  messages: {
    [N in MessageName<C>]: {
      input: Received<Messages<C>[N]>
      output: Replied<Messages<C>[N]>
      rejects: Data<Rejects<Messages<C>[N]>>
    }
  }
  events: Data<Events<C>>
}

/** Each migration starts where the one before ended, and the last ends at what the component declares now. */
export type Chain<Steps extends readonly unknown[], Now> = Steps extends readonly [
  ...infer Before,
  Migration<infer V, infer W>,
]
  ? [W, Now] extends [Now, W]
    ? Before extends readonly []
      ? Steps
      : readonly [...Chain<Before, V>, Migration<V, W>]
    : readonly [...Before, { 'this migration does not end at the version that follows it': never }]
  : Steps
