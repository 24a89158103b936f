/**
 * What every operation of the store works on. `effects` collects what the router has to be told of an operation:
 * whatever can settle a wait can answer a caller and put rows into the outbox.
 */
import type { Answer, OutboxRow } from '../turn/index.ts'
import type { Components } from './components.ts'
import type { Database } from './database.ts'
import type { Fences } from './fences.ts'
import type { StoreLimits } from './limits.ts'
import type { Progress } from './progress.ts'

export type StoreState = {
  readonly db: Database
  readonly path: string
  readonly limits: StoreLimits
  readonly fences: Fences
  readonly components: Components
  /** Changed in place while a transaction runs; taken back if it is. */
  readonly progress: Progress
  readonly commitMs: { last: number; worst: number }
}

export type Effects = {
  readonly answers: { readonly request: number; readonly answer: Answer }[]
  readonly outbox: OutboxRow[]
  dueMs: number | null
}

export function noEffects(): Effects {
  return { answers: [], outbox: [], dueMs: null }
}

export function dueAt(effects: Effects, dueMs: number): void {
  if (effects.dueMs === null || dueMs < effects.dueMs) effects.dueMs = dueMs
}

export function nextRow(state: StoreState): number {
  state.progress.row += 1
  return state.progress.row
}
