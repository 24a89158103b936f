/** Every bound of the router, with its unit. A test passes smaller ones. */

export type RouterLimits = {
  /** Turns of one cell in flight: delivered, their commit not yet judged. */
  readonly turnsPerCell: number
  /** Turns of one entity in flight. */
  readonly turnsPerEntity: number
  /** Reads of one cell in flight. */
  readonly readsPerCell: number
  /** Waiting work of one entity, beyond which new requests for it are refused. */
  readonly waitingPerEntity: number
  /** The same for one component. */
  readonly waitingPerComponent: number
  /** Requests and reads from outside that are not answered yet, deferred ones included. */
  readonly openRequests: number
  /** Rows of the outbox held in memory. While there are more in the store, requests from outside are refused. */
  readonly outboxRowsHeld: number
  /** Rows and timers that one question to the store fetches. */
  readonly pageRows: number
  /** Retries under one idempotency key that wait for the first use at the same time. */
  readonly duplicatesHeld: number
  readonly attachments: number
  /** Events kept for one attachment while its first answer is on the way. */
  readonly eventsHeld: number
  /** Characters of recorded answers kept per message, for the case that it runs again. What is over is fetched again. */
  readonly recordedCharacters: number

  /** A request that is not deferred is answered after this long, whatever happens. */
  readonly requestMs: number
  readonly askMs: number
  /** How long a turn may hold its entity. */
  readonly turnMs: number
  /** How long `stop` waits for what is in flight. */
  readonly stopMs: number
  readonly retryAfterMs: number

  /** Deliveries of a row or timer that may fault before it is buried. */
  readonly attempts: number
  readonly backoffFirstMs: number
  readonly backoffMs: number
  /** Cells that one message may kill before it is given up. */
  readonly kills: number
}

export const ROUTER_LIMITS: RouterLimits = {
  turnsPerCell: 1_024,
  turnsPerEntity: 64,
  readsPerCell: 1_024,
  waitingPerEntity: 1_000,
  waitingPerComponent: 20_000,
  openRequests: 100_000,
  outboxRowsHeld: 100_000,
  pageRows: 1_000,
  duplicatesHeld: 16,
  attachments: 100_000,
  eventsHeld: 1_000,
  recordedCharacters: 4 * 1024 * 1024,
  requestMs: 30_000,
  askMs: 10_000,
  turnMs: 30_000,
  stopMs: 5_000,
  retryAfterMs: 1_000,
  attempts: 8,
  backoffFirstMs: 100,
  backoffMs: 10_000,
  kills: 3,
}

/** The most that the store gives in one page. */
export const PAGE_ROWS_MAX = 10_000
