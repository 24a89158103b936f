/**
 * A consistent copy of the store while it serves: SQLite's backup, in small steps on the store's own connection (from
 * another one it would start anew with every commit). The copy gets its name when it is whole and on the disk.
 */
import { existsSync, linkSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup } from 'node:sqlite'
import { codeOf, messageOf } from '../base/index.ts'
import { Database } from './database.ts'
import { asStoreError, SQLITE_BUSY, sqliteCode, storeErrors } from './errors.ts'
import { syncFile, syncFolder } from './folder.ts'
import { BACKUP_PAGES_PER_STEP, BACKUP_STARTS_MAX } from './limits.ts'
import { loadProgress } from './progress.ts'

/** `commit` is the last commit that the copy has. @throws BACKUP_EXISTS, BACKUP_UNWRITABLE, STORE_FULL, STORE_IO */
export async function backupStore(db: Database, path: string): Promise<{ pages: number; commit: number }> {
  if (existsSync(path)) throw storeErrors.BACKUP_EXISTS({ path })
  const writing = `${path}.writing`
  try {
    const pages = await copyPages(db, writing)
    const commit = makeSingleFile(writing)
    syncFile(writing)
    moveWithoutOverwriting(writing, path)
    syncFolder(dirname(path))
    return { pages, commit }
  } catch (error) {
    removeDatabase(writing)
    throw backupError(error, path)
  }
}

/**
 * SQLite's first step finds the connection inside a commit now and then. Later steps are tried again by Node, but a
 * first one that fails so is reported as an error, whose code is that of the new file: none.
 */
async function copyPages(db: Database, writing: string): Promise<number> {
  for (let start = 1; ; start++) {
    removeDatabase(writing)
    try {
      return await backup(db.connection, writing, { rate: BACKUP_PAGES_PER_STEP })
    } catch (error) {
      if (start === BACKUP_STARTS_MAX || !BUSY.has(sqliteCode(error) ?? -1)) throw error
    }
  }
}

const SQLITE_OK = 0
const SQLITE_LOCKED = 6
const BUSY: ReadonlySet<number> = new Set([SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED])

/** Puts the file at `path` unless there is one: a rename would overwrite what came there in the meantime. */
export function moveWithoutOverwriting(from: string, path: string): void {
  linkSync(from, path)
  rmSync(from)
}

export function removeDatabase(path: string): void {
  for (const file of [path, `${path}-journal`, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}

/** Out of write-ahead mode, so that nothing beside the file belongs to it. */
function makeSingleFile(path: string): number {
  const copy = new Database(path)
  try {
    copy.exec('pragma journal_mode = delete')
    return loadProgress(copy).commits
  } finally {
    copy.close()
  }
}

function backupError(error: unknown, path: string): Error {
  if (codeOf(error) === 'EEXIST') return storeErrors.BACKUP_EXISTS({ path }, error)
  const known = asStoreError(error, path)
  return known.code === 'STORE_FULL' || known.code === 'STORE_IO'
    ? known
    : storeErrors.BACKUP_UNWRITABLE({ path, because: messageOf(error) }, error)
}
