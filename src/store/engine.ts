/**
 * The store itself, without any thread: what the store thread runs, and what the testkit runs in its own.
 *
 * A batch is one transaction: everything in it is done in order, and nothing of it is told before COMMIT has returned.
 * If anything fails, all of it is taken back and done again one by one, each in its own transaction, so that a failing
 * member fails alone. What rested on it falls by its broken lease (see fences.ts).
 *
 * Invariants: outside of `applyBatch` no transaction is open; counters, components and fences in memory are those of
 * the last COMMIT.
 */
import type { CellToStore, StoreCall, StoreToCell, StoreToRouter, Verdict } from '../turn/index.ts'
import { backupStore } from './backup.ts'
import { applyCall, type BatchCall, writes } from './calls.ts'
import { applyCommit, refused } from './commit.ts'
import { Components } from './components.ts'
import type { Database } from './database.ts'
import { asStoreError } from './errors.ts'
import { Fences } from './fences.ts'
import { listKeys } from './indexes.ts'
import type { StoreLimits } from './limits.ts'
import { loadProgress, type Progress, sameProgress, saveProgress } from './progress.ts'
import { loadRecord } from './record.ts'
import type { StoreState } from './state.ts'
import { walBytes } from './statistics.ts'

/** Verdicts and results of calls go to this port; every cell has another. */
export const ROUTER_PORT = 0

export type StoreItem = { readonly port: number; readonly item: CellToStore | BatchCall }
export type StoreReply = { readonly port: number; readonly reply: StoreToCell | StoreToRouter }

export type StorePowers = {
  readonly db: Database
  /** `:memory:` for a store without a file. */
  readonly path: string
  readonly limits: StoreLimits
  /** Milliseconds, to measure how long commits take. */
  readonly monotonicMs: () => number
}

export class StoreEngine {
  readonly #powers: StorePowers
  readonly #state: StoreState
  /** The counters as of the last COMMIT. */
  #committed: Progress

  /** Use `openStore`: it makes or checks the file first. */
  constructor(powers: StorePowers) {
    const { db, path, limits } = powers
    this.#powers = powers
    this.#committed = loadProgress(db)
    this.#state = {
      db,
      path,
      limits,
      fences: new Fences(),
      components: new Components(db),
      progress: { ...this.#committed },
      commitMs: { last: 0, worst: 0 },
    }
    this.#transaction(() => {
      this.#state.progress.boot += 1
    })
  }

  /** Replies in the order of the items: a verdict per commit, a reply per load, list and call. Never throws. */
  applyBatch(items: readonly StoreItem[]): StoreReply[] {
    try {
      return this.#together(items)
    } catch (error) {
      if (items.length === 1) return items.map((item) => this.#failed(item, error))
    }
    return items.flatMap((item) => {
      try {
        return this.#together([item])
      } catch (error) {
        return [this.#failed(item, error)]
      }
    })
  }

  /** @throws BACKUP_EXISTS, BACKUP_UNWRITABLE, STORE_FULL. Commits go on meanwhile. */
  backup(path: string): Promise<{ pages: number; commit: number }> {
    return backupStore(this.#powers.db, path)
  }

  /** The same database after a crash and a start: no epoch is live, no lease known. The old engine must not be used. */
  restart(): StoreEngine {
    return new StoreEngine(this.#powers)
  }

  /** Writes the log back and closes the file. */
  close(): void {
    this.#powers.db.close()
  }

  #together(items: readonly StoreItem[]): StoreReply[] {
    const apply = () => items.map((item) => ({ port: replyPort(item), reply: this.#apply(item.item) }))
    if (!items.some(({ item }) => mayWrite(item))) {
      const replies = apply()
      this.#state.fences.keep()
      return replies
    }
    const startedMs = this.#powers.monotonicMs()
    const replies = this.#transaction(apply)
    const { commitMs } = this.#state
    commitMs.last = this.#powers.monotonicMs() - startedMs
    commitMs.worst = Math.max(commitMs.worst, commitMs.last)
    this.#writeLogBack()
    return replies
  }

  #transaction<T>(work: () => T): T {
    const { db, progress, components, fences } = this.#state
    try {
      db.run('begin immediate')
      const result = work()
      components.save(db)
      if (!sameProgress(progress, this.#committed)) saveProgress(db, progress)
      db.run('commit')
      components.keep()
      fences.keep()
      this.#committed = { ...progress }
      return result
    } catch (error) {
      components.rollBack()
      fences.rollBack()
      Object.assign(progress, this.#committed)
      // A full or failing disk ends the transaction by itself.
      if (db.inTransaction) db.run('rollback')
      throw error
    }
  }

  #apply(item: CellToStore | BatchCall): StoreToCell | StoreToRouter {
    switch (item.type) {
      case 'commit':
        return { type: 'verdict', verdict: applyCommit(this.#state, item.commit) }
      case 'load':
        return { type: 'loaded', id: item.id, record: loadRecord(this.#state, item) }
      case 'list':
        return { type: 'listed', id: item.id, keys: listKeys(this.#state, item.component, item.page) }
      case 'call':
        return { type: 'result', id: item.id, value: applyCall(this.#state, item) }
      default:
        return item satisfies never
    }
  }

  #failed({ port, item }: StoreItem, error: unknown): StoreReply {
    const { code, message, remedy } = asStoreError(error, this.#powers.path)
    if (item.type !== 'commit') return { port, reply: { type: 'failed', id: item.id, code, message, remedy } }
    const because = 'failed'
    const verdict: Verdict = refused(this.#state, item.commit, { because, message: `${code}: ${message}` })
    this.#state.fences.keep()
    return { port: ROUTER_PORT, reply: { type: 'verdict', verdict } }
  }

  /**
   * SQLite's own checkpoint would run inside some commit. This one runs after the replies' COMMIT and never waits for
   * anybody; with one connection it always gets to the end, so that the log starts anew and cannot grow. If it fails,
   * because the disk is full, the log stays as it is and the next commit tries again: what is committed is committed,
   * and must not be told as a failure, or be done again.
   */
  #writeLogBack(): void {
    const { path, limits, db } = this.#powers
    try {
      if (path === ':memory:' || walBytes(path) <= limits.walBytesMax) return
      db.get('pragma wal_checkpoint(passive)')
    } catch {
      // Whatever is wrong with the disk, the next commit or read that needs it says so.
    }
  }
}

function replyPort({ port, item }: StoreItem): number {
  return item.type === 'commit' ? ROUTER_PORT : port
}

function mayWrite(item: CellToStore | StoreCall): boolean {
  switch (item.type) {
    case 'commit':
      return true
    case 'load':
    case 'list':
      return false
    case 'call':
      return writes(item)
    default:
      return item satisfies never
  }
}
