/**
 * The WebSocket protocol: every frame is one JSON text, one of these. Both ends import this file, the client by type
 * alone. `to` is an address as text, `auction/lot-1`; everything after the first slash is the key.
 *
 * Requests carry an `id` that the client chose; exactly one of `reply`, `rejected`, `failed` or `attached` answers it,
 * in any order. An id may be used again once it is answered. Events are numbered per entity: `sequence` rises by one,
 * so a client that sees a step of two, or `lagged`, has missed events and attaches again.
 */

export type FrameId = string | number

export type ClientFrame =
  /** A message, or a read. With `idempotencyKey` it may be sent again after a lost connection: it is done once. */
  | {
      readonly type: 'call'
      readonly id: FrameId
      readonly to: string
      readonly message: string
      readonly input?: unknown
      readonly idempotencyKey?: string
    }
  /** From now on, the events of `to`. `read` names a read whose output comes with the answer. Again: starts anew. */
  | {
      readonly type: 'attach'
      readonly id: FrameId
      readonly to: string
      readonly read?: string
      readonly input?: unknown
    }
  | { readonly type: 'detach'; readonly id: FrameId; readonly to: string }
  | { readonly type: 'ping' }

export type ServerFrame =
  /** The first frame. Whoever hears nothing for twice `heartbeatMs` may take the connection for dead. */
  | { readonly type: 'hello'; readonly connection: string; readonly heartbeatMs: number; readonly limits: FrameLimits }
  /** `output` is absent where the message has none. `sequence`, for a read: the events up to it are in the output. */
  | { readonly type: 'reply'; readonly id: FrameId; readonly output?: unknown; readonly sequence?: number }
  /** A rejection that the contract declares. */
  | { readonly type: 'rejected'; readonly id: FrameId; readonly code: string; readonly data: unknown }
  /** Anything else that went wrong; `id` is null if the frame at fault has none that could be told. */
  | {
      readonly type: 'failed'
      readonly id: FrameId | null
      readonly code: string
      readonly message: string
      readonly remedy?: string
      readonly retryAfterMs?: number
      readonly issues?: readonly FrameIssue[]
      readonly logId?: string
    }
  /** Events after `sequence` follow; those up to it are in `output`. */
  | {
      readonly type: 'attached'
      readonly id: FrameId
      readonly to: string
      readonly sequence: number
      readonly output?: unknown
    }
  | {
      readonly type: 'event'
      readonly to: string
      readonly sequence: number
      readonly event: string
      readonly data: unknown
    }
  /** The client reads too slowly: events of `to` were dropped, and are until it attaches again. */
  | { readonly type: 'lagged'; readonly to: string }
  | { readonly type: 'pong' }
  /** The host stops: no new requests are taken, those in flight are still answered, then the connection closes. */
  | { readonly type: 'going' }

export type FrameIssue = { readonly path: string; readonly message: string }

/** What the gateway allows this connection; more is refused, so a client keeps to it. */
export type FrameLimits = { readonly frameBytes: number; readonly callsInFlight: number; readonly attachments: number }

/** Close codes in use; 1007 (not UTF-8) and 1009 (frame too large) come from the WebSocket layer itself. */
export type CloseCode =
  /** The host stops: connect again. */
  | 1001
  /** Binary frames are not spoken here. */
  | 1003
  /** Malformed frames, again and again. */
  | 1008
  /** The client did not read what was sent to it. */
  | 1013
