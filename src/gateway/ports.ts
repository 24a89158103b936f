/**
 * What the gateway asks of others: the router (a part of it), routes, and a log. It knows their shapes and nothing
 * behind them.
 */
import type { Issue } from '../schema/index.ts'
import type { Address, Answer, Caller, NumberedEvent, Payload } from '../turn/index.ts'

/** An answer, with what a failure may carry for its reader beyond code and message. */
export type GatewayAnswer = Exclude<Answer, { type: 'failed' }> | Failure
export type Failure = Extract<Answer, { type: 'failed' }> & {
  readonly remedy?: string
  /** Why the input does not satisfy its schema. */
  readonly issues?: readonly Issue[]
  /** Where to find it in the log. */
  readonly id?: string
}

type Asked = { readonly to: Address; readonly message: string; readonly input: Payload; readonly caller: Caller }

/**
 * The router as the gateway uses it. It validates the input and refuses messages that are not public. `onEvent` may be
 * called before `attach` has resolved, and is called with the same object for every connection of one event.
 */
export interface GatewayRouter {
  request(request: Asked & { readonly idempotencyKey: string | null; readonly from: 'gateway' }): Promise<GatewayAnswer>
  read(
    read: Asked & { readonly from: 'gateway' },
  ): Promise<{ answer: GatewayAnswer; sequence: number; revision: number }>
  /** Attached only if the answer is a reply. Events with a number above `sequence` follow. */
  attach(attachment: {
    readonly connection: string
    readonly to: Address
    readonly caller: Caller
    readonly read: { readonly message: string; readonly input: Payload } | null
    readonly onEvent: (event: NumberedEvent) => void
  }): Promise<{ answer: GatewayAnswer; sequence: number }>
  detach(connection: string, to: Address): void
  /** Detaches it from everything. */
  disconnect(connection: string): void
}

export type Headers = readonly (readonly [name: string, value: string])[]

/** A request for a custom route, like the web's `Request`, as data and a stream. */
export type RouteRequest = {
  readonly method: string
  /** Absolute, with the host that the client named. */
  readonly url: string
  readonly headers: Headers
  /** null for GET and HEAD. Pulled: what is not read is not received either. */
  readonly body: AsyncIterable<Uint8Array> | null
  readonly caller: Caller
  /** Aborted when the client is gone, or does not get the answer for another reason. */
  readonly signal: AbortSignal
}
export type RouteResponse = {
  readonly status: number
  readonly headers: Headers
  /** Pulled no faster than the client reads; `return` is called if the client leaves. */
  readonly body: AsyncIterable<Uint8Array>
}
export type RoutePort = (request: RouteRequest) => Promise<RouteResponse>

/** What `authenticate` is shown; `url` is absolute. */
export type RequestFacts = { readonly method: string; readonly url: string; readonly headers: Headers }

/** Names the caller; null refuses; a rejected promise says that nobody can tell at the moment. */
export type Authenticate = (facts: RequestFacts) => Promise<string | null>

export type GatewayLog = (line: {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly data?: unknown
}) => void
