/**
 * The types of `then`, `otherwise` and `with`.
 *
 * The rule: of `with`, plus `reply` (for `then`) or `rejection` (for `otherwise`), a continuation gets the fields that
 * its input names. So one that names no `reply` may follow any message, and a receiver may add to its output.
 */
import type { Creates, Open, Reads, Replied, Sent } from './contract.ts'
import type { At, Clean } from './leftovers.ts'
import type { Refusal } from './rejection.ts'

type Fate = 'reply' | 'rejection'
/** What anyone may send could be forged, so it is no continuation; a continuation finds its entity, it makes none. */
export type Continuable<M> = Exclude<Open<M, 'self' | 'system'>, Reads<M> | Creates<M>> & string
type Carried<M, N> = [N] extends [never] ? unknown : Sent<At<M, N>> extends [infer I] ? Omit<I, Fate> : unknown
type With<Fields> = unknown extends Fields ? { with?: never } : {} extends Fields ? { with?: Fields } : { with: Fields }
export type Continuation<M, Then, Else> = { then?: Then; otherwise?: Else } & With<Carried<M, Then> & Carried<M, Else>>
type Told<I, Given> = { [F in keyof I & Fate]: At<Given, F> extends void ? undefined : At<Given, F> }
type Takes<M, Given> =
  Sent<M> extends [infer I]
    ? [Told<I, Given>] extends [Clean<Pick<I, keyof I & Fate>, Told<I, Given>>]
      ? true
      : false
    : true
/** The receiver's messages, each of which the continuations named can follow; the others say why not. */
export type Followed<M, Then, Else> = {
  readonly [N in keyof M]: Takes<Then, { reply: Replied<M[N]> }> extends false
    ? (mismatch: `'then' does not take the reply of '${N & string}'`) => void
    : Takes<Else, { rejection: Refusal<M[N]> }> extends false
      ? (mismatch: `'otherwise' does not take the rejections of '${N & string}'`) => void
      : (...input: Sent<M[N]>) => void
}
