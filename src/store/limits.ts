/** Everything that can grow in the store, and how far. A limit that a test wants smaller comes in through `StoreLimits`. */

/** Dead letters. Beyond it nothing more is buried: the row stays in the outbox, so that nothing is lost. */
export const DEAD_LETTERS_MAX = 100_000

/** How long the answer under an idempotency key is kept at least. It goes with the first sweep after that. */
export const IDEMPOTENCY_KEPT_MS = 24 * 60 * 60 * 1_000

/** Idempotency rows that one call of `due` sweeps, so that a sweep never holds up the commits. */
export const SWEEP_ROWS_MAX = 1_000

/** Requests that wait for one idempotency key's answer. The oldest beyond it is let go: its caller runs into its timeout. */
export const AWAITING_REQUESTS_MAX = 16

/** Ended leases that are remembered per component. The oldest goes first: what it fenced off was sent long ago. */
export const ENDED_LEASES_MAX = 100_000

/** Rows in one page of any list or scan, and bytes of JSON text after which a page ends early. */
export const PAGE_ROWS_MAX = 10_000
export const PAGE_BYTES_MAX = 4 * 1024 * 1024

/** Indexes that one `list` may name. */
export const WHERE_MAX = 8

/** Items that are committed in one transaction, so that a burst does not hold up the first of its replies. */
export const BATCH_ITEMS_MAX = 2_000

/** Pages that one step of a backup copies; a step holds the connection, and 100 pages take about a millisecond. */
export const BACKUP_PAGES_PER_STEP = 100

/** How often a backup tries to begin between two commits. Even a store that always commits leaves gaps. */
export const BACKUP_STARTS_MAX = 1_000

/** The write-ahead log is written back when it is longer than this. SQLite's own default is about 4 MiB, too. */
export const WAL_BYTES_MAX = 4 * 1024 * 1024

export type StoreLimits = {
  readonly deadLettersMax: number
  readonly walBytesMax: number
}

export const STORE_LIMITS: StoreLimits = {
  deadLettersMax: DEAD_LETTERS_MAX,
  walBytesMax: WAL_BYTES_MAX,
}
