/**
 * A cell as the supervisor sees it: something that is started once, takes items, gives items, and ends. It never comes
 * back by itself; whoever started it decides what an end means.
 */
import type { Readable } from 'node:stream'
import type { MessagePort, Worker, WorkerOptions } from 'node:worker_threads'
import type { Clock } from '../base/index.ts'
import type { CellImage } from '../release/manifest.ts'
import type { Payload } from '../turn/index.ts'
import type { FromGuest, ToGuest } from './cell-items.ts'

/** What a cell is held to. All have defaults. */
export type CellLimits = {
  /** @default 256 MiB of old generation */
  readonly heapMiB?: number | undefined
  /** How long one turn may hold the thread. @default 1_000 */
  readonly holdMs?: number | undefined
  /** Until 'ready'. @default 10_000 */
  readonly startMs?: number | undefined
  /** UTF-8 bytes of one entity's state. @default 256 KiB */
  readonly entityBytesMax?: number | undefined
  /** Bytes of cached records. @default 64 MiB */
  readonly cacheBytesMax?: number | undefined
}

export type CellOptions = {
  readonly image: CellImage
  /** As read from the release; digested here, before any of it is run. `map` is used under `inspect` alone. */
  readonly bytes: {
    readonly script: Uint8Array
    readonly validators: Uint8Array | null
    readonly map?: Uint8Array | undefined
  }
  readonly epoch: number
  /** The component's config as JSON text, already validated. */
  readonly config: Payload
  /** For connectors; empty for all others. */
  readonly secrets: Readonly<Record<string, string>>
  /** The cell's end of its channel to the store; transferred. */
  readonly storePort: MessagePort | null
  /** No watchdog and no deadline of the start: a debugger may hold the thread. */
  readonly inspect: boolean
  /**
   * An existing folder for Node's compile cache: halves the time of a start. Cells may then read and write there, and
   * nowhere else. @default none
   */
  readonly cacheFolder?: string | undefined
  readonly limits?: CellLimits | undefined
}

export type CellPowers = {
  /** Makes the worker: `new Worker(entry, options)`. */
  readonly spawn: (entry: URL, options: WorkerOptions) => Worker
  readonly clock: Clock
  /** SHA-256 in hex. */
  readonly digest: (bytes: Uint8Array) => string
  /** Runs once per event-loop tick: `setImmediate`. */
  readonly schedule: (flush: () => void) => void
  /** What the cell's code wrote to stdout or stderr, as it came. */
  readonly output: (text: string, stream: 'stdout' | 'stderr') => void
}

/** How a cell ended. `suspectTurn`: the turn whose code held the thread at that moment, if any. */
export type CellEnd = {
  readonly reason: 'stopped' | 'crashed' | 'out-of-memory' | 'held' | 'killed'
  readonly suspectTurn: number | null
  readonly message: string
  /** Of the error that ended it; positions in the bundle. Empty if there was none. */
  readonly stack: string
}

export interface Cell {
  readonly name: string
  readonly epoch: number
  /** Resolves once it serves. @throws CELL_LOAD_FAILED, CELL_START_TIMEOUT; the cell has then ended or will. */
  readonly ready: Promise<void>
  /** Resolves once the thread is gone, after the last items it had posted were handed over. Never rejects. */
  readonly ended: Promise<CellEnd>
  /** Batched per event-loop tick. After the end it does nothing. */
  send(item: ToGuest): void
  /** What came before the first call is handed over in it. Only one callback at a time. */
  onItems(take: (items: readonly FromGuest[]) => void): void
  /** Lets what runs come to its end, at most for `graceMs`, then ends the thread. */
  stop(options: { readonly graceMs: number }): Promise<CellEnd>
  /** Ends the thread at once. What it had posted is still delivered: end its epoch first. */
  kill(): Promise<CellEnd>
  /** Bytes of heap in use. null if the cell does not answer in time, which a held one does not. */
  heapBytes(): Promise<number | null>
  /** A CPU profile as JSON text (`.cpuprofile`). @throws CELL_ENDED */
  cpuProfile(options: { readonly durationMs: number }): Promise<string>
  /** A heap snapshot as JSON text, streamed. @throws CELL_ENDED */
  heapSnapshot(): Promise<Readable>
}
