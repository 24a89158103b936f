/** How much there is of everything. Counters and file sizes only: asking costs nothing, however large the store is. */
import { statSync } from 'node:fs'
import type { StoreStatistics } from '../turn/index.ts'
import type { StoreState } from './state.ts'

export function statistics(state: StoreState): StoreStatistics {
  const { commits: commit, outbox, timers, waits, deadLetters } = state.progress
  return {
    commit,
    entities: state.components.entities(),
    outbox,
    timers,
    waits,
    deadLetters,
    databaseBytes: databaseBytes(state),
    walBytes: walBytes(state.path),
    commitMs: { ...state.commitMs },
  }
}

function databaseBytes({ db }: StoreState): number {
  const pages = db.get<{ page_count: number }>('pragma page_count')?.page_count ?? 0
  return pages * (db.get<{ page_size: number }>('pragma page_size')?.page_size ?? 0)
}

/** 0 for a store in memory. */
export function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
}
