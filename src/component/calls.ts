/**
 * One function per message: the same shape for asks, sends, timers, schedules, clients and tests. Whoever calls knows
 * `bid({ amount })`; what becomes of the call (a promise, an effect of the turn, a row of a schedule) is the maker's.
 */
import { didYouMean } from '../base/index.ts'
import type { Access, Contract, Messages, Open, Others, Reads, Replied, Sent } from './contract.ts'
import { componentErrors } from './errors.ts'

// `Pick` over a mapped type, because an `as` clause would lose the way back: F12 and rename reach the contract.
type Calling<M> = { readonly [N in keyof M]: (...input: Sent<M[N]>) => Promise<Replied<M[N]>> }
type Sending<M, Result> = { readonly [N in keyof M]: (...input: Sent<M[N]>) => Result }

export type Calls<C extends Contract, Who extends Access> = Pick<Calling<Messages<C>>, Open<Messages<C>, Who>>
export type Asks<C extends Contract> = Pick<Calling<Messages<C>>, Open<Messages<C>, Others> & Reads<Messages<C>>>
export type Sends<C extends Contract, Who extends Access, Result = void> = Pick<
  Sending<Messages<C>, Result>,
  Exclude<Open<Messages<C>, Who>, Reads<Messages<C>>>
>

/**
 * Makes such an object for a contract. A name that is not among the contract's messages throws MESSAGE_UNKNOWN with
 * the nearest one; `then`, `toJSON` and symbols are undefined, so that the object can be awaited, logged and compared.
 */
export function callsOf(
  contract: Contract,
  make: (message: string, input: unknown) => unknown,
): Readonly<Record<string, (input?: unknown) => unknown>> {
  const known = contract.definition.messages
  return new Proxy<Record<string, (input?: unknown) => unknown>>(Object.create(null), {
    get(_target, name) {
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined
      if (!Object.hasOwn(known, name)) {
        const hint = didYouMean(name, Object.keys(known))
        throw componentErrors.MESSAGE_UNKNOWN({ component: contract.name, message: name, hint })
      }
      return (input?: unknown) => make(name, input)
    },
    has: (_target, name) => typeof name === 'string' && Object.hasOwn(known, name),
  })
}
