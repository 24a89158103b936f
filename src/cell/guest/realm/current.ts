/**
 * Which turn the running code belongs to. An AsyncLocalStorage carries it through every `await`, so that plain code
 * that calls `Date.now()` gets the time of its own turn, however many turns wait beside it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { TurnWorld } from '../engine/index.ts'

export type CurrentTurn = {
  /** undefined while a module loads, and in whatever outlived its turn's context. */
  readonly get: () => TurnWorld | undefined
  readonly within: <T>(world: TurnWorld, body: () => T) => T
}

/** Made before lockdown, while AsyncLocalStorage is still reachable. */
export function currentTurn(): CurrentTurn {
  const storage = new AsyncLocalStorage<TurnWorld>()
  return {
    get: () => storage.getStore(),
    within: (world, body) => storage.run(world, body),
  }
}

/**
 * What the globals answer outside of any turn. In a cell that is the time in which the bundle loads: two loads of the
 * same bytes must end in the same heap, so it is a fixed instant. `null`: the real clock and the real randomness.
 */
export type Outside = { readonly nowMs: () => number; readonly random: () => number } | null
