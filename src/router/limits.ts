/** Everything in the router that can grow, or can take long, with its bound. */
export type RouterLimits = {
  /** Deliveries to one cell that are not yet settled. */
  readonly cellWindow: number
  /** Deliveries of one entity that are not yet settled. */
  readonly entityWindow: number
  /** Outside requests that wait for one entity; beyond it they are refused with OVERLOADED. */
  readonly entityWaitingMax: number
  /** Outside requests that wait for one component. */
  readonly componentWaitingMax: number
  /** Outbox rows that are held in memory; the rest stays in the store and is paged in. */
  readonly rowsInMemoryMax: number
  /** Outbox rows in the store beyond which outside requests are refused. Deliveries never are. */
  readonly outboxRowsMax: number
  /** Rows and timers asked of the store at a time. */
  readonly pageRows: number
  /** From a request's arrival until its caller is told that the outcome is unknown; deferred ones have their own. */
  readonly requestDeadlineMs: number
  /** From a turn's delivery until it is abandoned. */
  readonly turnDeadlineMs: number
  readonly firstRetryMs: number
  readonly lastRetryMs: number
  /** Faults of a message or timer, after which it goes to the dead letters. */
  readonly attemptsMax: number
  /** Deaths of its cell that a message may cause. */
  readonly killsMax: number
  /** How long in-flight turns may take when the router stops. */
  readonly stopMs: number
  /** What a refused caller is told to wait. */
  readonly retryAfterMs: number
}

export const ROUTER_LIMITS: RouterLimits = {
  cellWindow: 1_024,
  entityWindow: 64,
  entityWaitingMax: 1_000,
  componentWaitingMax: 20_000,
  rowsInMemoryMax: 50_000,
  outboxRowsMax: 1_000_000,
  pageRows: 1_000,
  requestDeadlineMs: 30_000,
  turnDeadlineMs: 30_000,
  firstRetryMs: 100,
  lastRetryMs: 10_000,
  attemptsMax: 8,
  killsMax: 3,
  stopMs: 5_000,
  retryAfterMs: 1_000,
}

/** The pause before the next try, doubling from the first to the last. `attempts` counts the faults so far, from 1. */
export function retryDelayMs(attempts: number, limits: Pick<RouterLimits, 'firstRetryMs' | 'lastRetryMs'>): number {
  return Math.min(limits.lastRetryMs, limits.firstRetryMs * 2 ** Math.min(30, attempts - 1))
}
