/**
 * A version is one type with state, messages and events, so that `migration<V1, V2>` types all of its functions.
 */
import type * as z from 'zod'
import type { Contract, Data, Events, MessageName, Messages, Received, Rejects, Replied } from './contract.ts'

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
