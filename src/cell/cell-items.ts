/**
 * The wire between the host and a cell's worker: how it is started, and every item in both directions. Items travel in
 * arrays, one array per event-loop tick.
 */
import type { MessagePort } from 'node:worker_threads'
import type { CodifiedComponent, CodifiedConnector, CodifiedRoute } from '../component/codified.ts'
import type { FromCell, Payload, ToCell } from '../turn/index.ts'
import type { FromEdge, ToEdge } from './edge-items.ts'
import type { EngineLimits } from './guest/engine/index.ts'
import type { FromRoute, ToRoute } from './http-items.ts'

export type Codified = CodifiedComponent | CodifiedConnector | CodifiedRoute | { readonly kind: 'edge' }

/** The worker's `workerData`. */
export type CellStart = {
  readonly name: string
  readonly epoch: number
  readonly codified: Codified
  /** The very bytes that the host has digested. */
  readonly script: Uint8Array
  readonly validators: Uint8Array | null
  /** The source map, for a debugger that is attached to the cell; null otherwise. */
  readonly map: Uint8Array | null
  readonly config: Payload
  readonly secrets: Readonly<Record<string, string>>
  readonly limits: EngineLimits
  readonly storePort: MessagePort | null
  /** Of Node's compile cache; null: none. */
  readonly cacheFolder: string | null
  /** Where SES really is: a guest may not follow symbolic links to find it. */
  readonly sesFile: string
  /** See watchdog.ts. */
  readonly watch: SharedArrayBuffer
}

export type ToGuest = ToCell | ToRoute | ToEdge

export type FromGuest =
  | FromCell
  | FromRoute
  | FromEdge
  /** Instead of 'ready': the scripts threw while they loaded, or are not what they should be. */
  | { readonly type: 'load-failed'; readonly message: string; readonly stack: string }
