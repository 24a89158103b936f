/** Everything at the gateway that can grow, or can take long, with its bound. */
export type GatewayLimits = {
  /** Bytes of one request body for a message. */
  readonly bodyBytesMax: number
  /** Bytes of all request bodies that are being received at one time. */
  readonly bodiesBytesMax: number
  /** Bytes of one request body for a custom route, which is streamed and never held whole. */
  readonly routeBodyBytesMax: number
  /** HTTP requests that wait for their answer, over all connections. */
  readonly requestsInFlightMax: number
  /** Open sockets, of HTTP and WebSocket together. */
  readonly connectionsMax: number
  /** From the first byte of a request to the end of its headers. */
  readonly headersTimeoutMs: number
  /** From the first byte of a request to the end of its body. */
  readonly requestTimeoutMs: number
  /** How long an idle connection is kept for the next request; longer than proxies usually keep theirs. */
  readonly keepAliveTimeoutMs: number
  /** From a route's request to the head of its response. */
  readonly routeTimeoutMs: number
  /** How long a streamed response waits for a client that does not read. */
  readonly stallMs: number
  /** How long a refused body is still received, so that the client gets to read the refusal. */
  readonly lingerMs: number
  readonly heartbeatMs: number
  /** Bytes of one WebSocket frame. */
  readonly frameBytesMax: number
  /** Calls and attaches of one WebSocket connection that wait for their answer. */
  readonly callsInFlightMax: number
  /** Entities that one WebSocket connection is attached to. */
  readonly attachmentsMax: number
  /** Events of one entity that wait for the answer of their attach. */
  readonly earlyEventsMax: number
  /** Bytes waiting to be sent to one WebSocket connection, beyond which events are dropped. */
  readonly bufferedBytesForEvents: number
  /** Bytes waiting to be sent to one WebSocket connection, beyond which it is closed. */
  readonly bufferedBytesMax: number
  /** Malformed frames in a row before a WebSocket connection is closed. */
  readonly malformedFramesMax: number
  /** How long a closing WebSocket may take to say goodbye. */
  readonly closeTimeoutMs: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const DEFAULT_LIMITS: GatewayLimits = {
  bodyBytesMax: MIB,
  bodiesBytesMax: 256 * MIB,
  routeBodyBytesMax: 64 * MIB,
  requestsInFlightMax: 20_000,
  connectionsMax: 20_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 72_000,
  routeTimeoutMs: 30_000,
  stallMs: 30_000,
  lingerMs: 1_000,
  heartbeatMs: 20_000,
  frameBytesMax: MIB,
  callsInFlightMax: 256,
  attachmentsMax: 1_000,
  earlyEventsMax: 1_000,
  bufferedBytesForEvents: MIB,
  bufferedBytesMax: 8 * MIB,
  malformedFramesMax: 5,
  closeTimeoutMs: 5_000,
}

/** UTF-16 code units of an `Idempotency-Key`. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255
