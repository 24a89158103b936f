/**
 * What passes between the main thread and a route's cell. A body streams in pieces, both ways, within a window: whoever
 * sends keeps at most `HTTP_WINDOW_BYTES` that the other side has not yet acknowledged as taken. Items of one `id` keep
 * their order.
 */
import type { Address, Caller, CallResult, Payload } from '../turn/index.ts'

/** Bytes of one body, in one direction, that are sent and not yet acknowledged. One piece may go beyond it. */
export const HTTP_WINDOW_BYTES = 256 * 1024

type Headers = readonly (readonly [name: string, value: string])[]

export type ToRoute =
  /** `hasBody`: pieces and an end follow. */
  | {
      readonly type: 'http'
      readonly id: number
      readonly method: string
      readonly url: string
      readonly headers: Headers
      readonly hasBody: boolean
      readonly caller: Caller
    }
  | { readonly type: 'http-piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'http-end'; readonly id: number }
  /** The client has gone, or gave up: `request.signal` aborts, and nothing more is wanted. */
  | { readonly type: 'http-abort'; readonly id: number }
  /** That many bytes of the response have left towards the client. */
  | { readonly type: 'http-taken'; readonly id: number; readonly bytes: number }
  /** Ends a `call` of the same `id` and `call`. */
  | { readonly type: 'called'; readonly id: number; readonly call: number; readonly result: CallResult }

export type FromRoute =
  | {
      readonly type: 'http-head'
      readonly id: number
      readonly status: number
      readonly statusText: string
      readonly headers: Headers
      readonly hasBody: boolean
    }
  /** `bytes` is transferred: it has a buffer of its own. */
  | { readonly type: 'http-piece'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The response is whole; nothing more comes under this `id` but calls that still run. */
  | { readonly type: 'http-end'; readonly id: number }
  /** The app threw. If a head was sent already, the response breaks off. */
  | { readonly type: 'http-failed'; readonly id: number; readonly message: string; readonly stack: string }
  /** That many bytes of the request's body were taken: as many more may be sent. */
  | { readonly type: 'http-taken'; readonly id: number; readonly bytes: number }
  /** An ask (`read`) or a send whose reply is awaited, deferred ones too. Made on behalf of the request's caller. */
  | {
      readonly type: 'call'
      readonly id: number
      readonly call: number
      readonly read: boolean
      readonly to: Address
      readonly message: string
      readonly input: Payload
      readonly caller: Caller
    }
