/** The running host as the control plane sees it: everything that a verb of the CLI may ask of it. */
import type { Address, DeadLetter, EntityRecord, Generation, Page, StoreStatistics } from '../turn/index.ts'

export type CellStatus = {
  readonly name: string
  readonly kind: 'component' | 'connector' | 'route' | 'edge'
  readonly state: 'starting' | 'serving' | 'replacing' | 'failed' | 'stopped'
  readonly digest: string
  readonly epoch: number
  readonly restarts: number
  /** What was last wrong with it, in words; null if nothing was. */
  readonly lastFault: string | null
  readonly waiting: number
  readonly inFlight: number
  readonly heapBytes: number | null
}

export type HostStatus = {
  readonly system: string
  /** `serving`: all cells do. `degraded`: the host serves, but something named in `because` does not. */
  readonly state: 'starting' | 'serving' | 'degraded' | 'stopping'
  readonly because: readonly string[]
  /** What the author has asked to do without, in words: components that are not hardened. */
  readonly debts: readonly string[]
  readonly pid: number
  readonly startedAtMs: number
  readonly generation: Generation
  readonly dataFolder: string
  readonly cells: readonly CellStatus[]
  readonly store: StoreStatistics
  readonly gateways: readonly { readonly port: number; readonly host: string; readonly connections: number }[]
}

/** One line of the log: JSON on disk and on the wire. */
export type LogLine = {
  readonly atMs: number
  readonly level: 'info' | 'warn' | 'error'
  /** Who speaks: a cell's name, or a room of the host. */
  readonly from: string
  readonly message: string
  readonly entity?: string
  readonly turn?: number
  readonly data?: unknown
}

export type LogFilter = { readonly component: string | null; readonly entity: string | null; readonly last: number }

export type Inspection = {
  readonly address: Address
  readonly record: EntityRecord
  readonly redacted: readonly string[]
}

/** `failed`: nobody asked for the end, and the process should end with it. */
export type HostEnd = { readonly failed: boolean; readonly because: string }

export interface Host {
  /** Resolves when the host has stopped, or cannot go on. */
  readonly ended: Promise<HostEnd>
  status(): Promise<HostStatus>
  /** @throws COMPONENT_NOT_FOUND */
  list(component: string, page: Page): Promise<readonly string[]>
  /** null if there is no such entity. Personal fields are redacted unless asked for. @throws COMPONENT_NOT_FOUND */
  inspect(address: Address, options: { readonly personal: boolean }): Promise<Inspection | null>
  deadLetters(page: { readonly after: number; readonly limit: number }): Promise<readonly DeadLetter[]>
  /** false if there is no such dead letter. */
  retryDeadLetter(id: number): Promise<boolean>
  discardDeadLetter(id: number): Promise<boolean>
  /** Writes a consistent copy of the store while serving. @throws BACKUP_EXISTS, STORE_FULL */
  backup(path: string): Promise<{ readonly pages: number; readonly commit: number }>
  /** Sums of the system's invariants over all entities and messages in flight. */
  checkInvariants(): Promise<readonly { readonly name: string; readonly sum: number; readonly holds: boolean }[]>
  /** The last lines that pass the filter, then each further one until `stop` is called. */
  logs(filter: LogFilter, line: (line: LogLine) => void): { stop(): void }
  /** Writes a CPU profile or a heap snapshot of one cell to `path`. @throws CELL_UNKNOWN */
  profile(
    cell: string,
    options: { readonly kind: 'cpu' | 'heap'; readonly durationMs: number; readonly path: string },
  ): Promise<void>
  /** Graceful: stops listening, lets turns commit, closes the store. Resolves when all is closed. */
  stop(): Promise<void>
}
