/**
 * Rejections: the ways to say no that a contract declares, and those of the host. They are values in a contract, and
 * errors in code, so that `await` and `throw` do what a reader expects.
 */
import type * as z from 'zod'
import type { HostCode } from '../turn/index.ts'
import type { Contract, MessageName, Messages, Rejects } from './contract.ts'

/** What a receiver declares, and what the host rejects on anyone's behalf. */
export type Refusal<M> =
  | { [Code in keyof Rejects<M>]: { code: Code; data: z.output<Rejects<M>[Code]> } }[keyof Rejects<M>]
  | { code: HostCode; data: {} }

/** What a rejected ask or call throws: narrow it with `isRejection`, then switch on `code`. */
export type Rejection<C extends Contract, N extends MessageName<C>> = Error & Refusal<Messages<C>[N]>

/** The mark that tells a rejection from an error that merely has a `code`. */
export type RejectionOf = { readonly component: string; readonly message: string }

/** Whether `error` is a rejection of `message` by a component with the contract `from`. */
export function isRejection<C extends Contract, N extends MessageName<C>>(
  error: unknown,
  from: C,
  message: N,
): error is Rejection<C, N> {
  if (!(error instanceof Error) || !('rejection' in error)) return false
  const of = error.rejection
  if (typeof of !== 'object' || of === null || !('component' in of) || !('message' in of)) return false
  return of.component === from.name && of.message === message
}

/** Makes what `turn.reject` returns and what a rejected ask or call throws. */
export function rejectionError(of: RejectionOf, { code, data }: { code: string; data: unknown }): Error {
  const error = new Error(`${of.component}.${of.message} rejected: ${code}`)
  // Defined, not assigned: where intrinsics are frozen, an inherited name cannot be assigned over.
  Object.defineProperty(error, 'name', { value: 'Rejection' })
  return Object.assign(error, { code, data, rejection: { component: of.component, message: of.message } })
}
