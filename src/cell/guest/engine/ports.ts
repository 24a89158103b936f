/**
 * What the engine is given and what it gives. It asks for every power: there is no clock, no randomness and no port
 * of its own here, so that the same engine runs in a worker and in a test.
 */
import type { CellToStore, FetchedResponse, FetchRequest, FromCell, StoreToCell, ToCell } from '../../../turn/index.ts'

/** What the deterministic globals of the realm draw on while a turn runs. */
export interface TurnWorld {
  readonly turn: number
  /** The turn's instant: the same from its first line to its last. */
  nowMs(): number
  /** From 0 to below 1; one stream with `uuid`, seeded by the delivery. */
  random(): number
  uuid(): string
  /**
   * Numbered and recorded. Rejects with FETCH_NOT_PERMITTED, with TURN_ENDED after the turn, or with a TypeError whose
   * `code` says how the host's fetch failed.
   */
  fetch(request: FetchRequest): Promise<FetchedResponse>
}

export type EnginePorts = {
  /** To the router. The caller batches; it must not answer before it returns. */
  readonly toHost: (item: FromCell) => void
  /** The same, but it may wait until another item goes; a tick of the host is saved for most turns. */
  readonly toHostLater: (item: FromCell) => void
  /** To the store. The caller batches and keeps the order; it must not answer before it returns. */
  readonly toStore: (item: CellToStore) => void
  /** Runs `body` with `world` as the current one for Date, Math.random, fetch..., and for all that it awaits. */
  readonly within: <T>(world: TurnWorld, body: () => T) => T
  /** Marks which turn holds the thread, for the watchdog; 0 for none. */
  readonly holds: (turn: number) => void
}

export interface Engine {
  receive(items: readonly ToCell[]): void
  receiveStore(items: readonly StoreToCell[]): void
  /** Nothing runs, waits or loads. */
  readonly idle: boolean
}
