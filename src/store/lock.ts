/**
 * `lock.db` is held by SQLite's own file lock for as long as the host lives; the kernel lets go of it when the process
 * dies, however it dies. It also remembers that a store was made in this folder: if `state.db` is gone then, we must
 * not begin anew as if nothing had ever been there.
 */
import { join } from 'node:path'
import { Database } from './database.ts'
import { asStoreError, SQLITE_BUSY, sqliteCode, storeErrors } from './errors.ts'

export type Lock = {
  /** Whether this folder had a store before. */
  readonly hadStore: boolean
  rememberStore(): void
  release(): void
}

/** @throws DATA_FOLDER_IN_USE, STORE_UNREADABLE */
export function lockDataFolder(dataFolder: string): Lock {
  const path = join(dataFolder, 'lock.db')
  let db: Database | undefined
  try {
    db = new Database(path)
    // In this mode a connection keeps the lock of its last transaction until it is closed.
    db.exec('pragma locking_mode = exclusive; begin exclusive; create table if not exists store (made integer); commit')
    const held = db
    return {
      hadStore: held.get('select made from store') !== undefined,
      rememberStore: () => void held.run('insert into store select 1 where not exists (select 1 from store)'),
      release: () => held.close(),
    }
  } catch (error) {
    db?.close()
    if (sqliteCode(error) === SQLITE_BUSY) throw storeErrors.DATA_FOLDER_IN_USE({ path: dataFolder }, error)
    throw asStoreError(error, path)
  }
}
