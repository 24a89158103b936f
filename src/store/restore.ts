/**
 * A backup becomes a store again, in one of two ways.
 *
 * - It **takes the place** of its original, which is gone. It has the same identity, and timers, messages and waits go
 *   on from the moment of the backup: what they did after it is lost with the original, so doing it again is right.
 *   Refused while the original is still where it was, because then both would fire.
 * - **As a copy** it is another store beside the original. Nothing in it may happen by itself: timers and messages on
 *   their way lie in the dead letters (RESTORED_AS_COPY), where each can be retried; waits end with OUTCOME_UNKNOWN;
 *   schedules begin anew from the copy's first start.
 *
 * An original on another machine cannot be seen from here: whoever restores without `asCopy` vouches for its end.
 */
import { copyFileSync, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { messageOf, SelfsameError } from '../base/index.ts'
import { moveWithoutOverwriting, removeDatabase } from './backup.ts'
import { Database } from './database.ts'
import { asStoreError, storeErrors } from './errors.ts'
import { syncFile, syncFolder } from './folder.ts'
import { lockDataFolder } from './lock.ts'
import { openDatabase, storeIdentity } from './open.ts'
import { loadProgress } from './progress.ts'

export type Restore = {
  /** A file that `backup` wrote. */
  readonly from: string
  /** The data folder to restore into: it must exist and have no store. */
  readonly to: string
  /** Identity of the copy, or null to take the original's place. */
  readonly asCopy: { readonly newStoreId: string } | null
  readonly nowMs: number
}

export type Restored = {
  readonly commit: number
  /** What a copy keeps from happening by itself. */
  readonly suspended: { readonly messages: number; readonly timers: number; readonly waits: number }
}

/**
 * @throws BACKUP_MISSING, RESTORE_TARGET_EXISTS, RESTORE_ORIGINAL_EXISTS, DATA_FOLDER_IN_USE, STORE_DAMAGED,
 * STORE_LAYOUT_UNKNOWN, STORE_FULL
 */
export function restoreStore({ from, to, asCopy, nowMs }: Restore): Restored {
  const path = join(resolve(to), 'state.db')
  const restoring = `${path}.restoring`
  if (!existsSync(from)) throw storeErrors.BACKUP_MISSING({ path: from })
  const lock = lockDataFolder(to)
  try {
    if (existsSync(path)) throw storeErrors.RESTORE_TARGET_EXISTS({ path })
    removeDatabase(restoring)
    copyFileSync(from, restoring)
    const restored = prepare({ restoring, from, path, asCopy, nowMs })
    syncFile(restoring)
    moveWithoutOverwriting(restoring, path)
    syncFolder(dirname(path))
    lock.rememberStore()
    return restored
  } catch (error) {
    removeDatabase(restoring)
    throw error instanceof SelfsameError ? error : asStoreError(error, path)
  } finally {
    lock.release()
  }
}

function prepare({
  restoring,
  from,
  path,
  asCopy,
  nowMs,
}: Omit<Restore, 'to'> & { readonly restoring: string; readonly path: string }): Restored {
  let db: Database
  try {
    db = openDatabase(restoring)
  } catch (error) {
    // The backup is what is damaged, not the store that is about to be.
    if (error instanceof SelfsameError && error.code === 'STORE_DAMAGED') {
      throw storeErrors.STORE_DAMAGED(
        { path: from, because: String(error.facts['because'] ?? messageOf(error)) },
        error,
      )
    }
    throw error
  }
  try {
    const identity = storeIdentity(db)
    if (asCopy === null) refuseBesideOriginal({ backup: from, store: identity.store, original: identity.path })
    const before = loadProgress(db)
    db.exec('begin immediate')
    if (asCopy !== null) suspend(db, nowMs)
    db.run('update identity set store = ?, path = ?', asCopy?.newStoreId ?? identity.store, path)
    db.exec('commit')
    db.exec('pragma journal_mode = delete')
    const suspended =
      asCopy === null
        ? { messages: 0, timers: 0, waits: 0 }
        : { messages: before.outbox, timers: before.timers, waits: before.waits }
    return { commit: before.commits, suspended }
  } finally {
    db.close()
  }
}

function refuseBesideOriginal({ backup, store, original }: { backup: string; store: string; original: string }): void {
  if (!existsSync(original)) return
  const db = new Database(original)
  let same: boolean
  try {
    same = storeIdentity(db).store === store
  } catch {
    // Whatever lies there cannot be opened as the original, so it will fire nothing.
    same = false
  } finally {
    db.close()
  }
  if (same) throw storeErrors.RESTORE_ORIGINAL_EXISTS({ path: backup, original })
}

const UNKNOWN = JSON.stringify({
  type: 'failed',
  code: 'OUTCOME_UNKNOWN',
  message: 'the store was copied before it replied',
})

/** Dead letters take the numbers of their rows: both come from one counter, so they are free. */
function suspend(db: Database, nowMs: number): void {
  const reason = storeErrors.RESTORED_AS_COPY({}).message
  db.run(
    `insert into dead_letter select row, 'message', ?, 'RESTORED_AS_COPY', ?, attempts, component, key, message, input,
       null, caller, sender_component, sender_key, then_message, with_input, fate, result from outbox`,
    nowMs,
    reason,
  )
  db.run(
    `insert into dead_letter select row, 'timer', ?, 'RESTORED_AS_COPY', ?, 0, component, key, message, input,
       name, null, null, null, null, null, null, null from timer`,
    nowMs,
    reason,
  )
  db.run('update idempotency set answer = ?, token = null where answer is null', UNKNOWN)
  for (const table of ['outbox', 'timer', 'wait', 'schedule']) db.run(`delete from ${table}`)
  db.run('update progress set outbox = 0, timers = 0, waits = 0, dead_letters = (select count(*) from dead_letter)')
}
