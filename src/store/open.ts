/**
 * Opens `state.db`, or makes it. A new store is made under another name and renamed when it is whole, so a file of
 * that name is either a store or damage. What is checked at a start takes the same time however large the store is;
 * `checkStore` (check.ts) reads all of it.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Database } from './database.ts'
import { StoreEngine } from './engine.ts'
import { asStoreError, storeErrors } from './errors.ts'
import { syncFolder } from './folder.ts'
import { APPLICATION_ID, createLayout, LAYOUT, LAYOUT_VERSION, layoutOf } from './layout.ts'
import { STORE_LIMITS, type StoreLimits } from './limits.ts'

export type OpenStore = {
  /** Path of `state.db`, or `:memory:`. */
  readonly path: string
  /** Milliseconds from an arbitrary start, to measure commits. */
  readonly monotonicMs: () => number
  /** Identity of a store that is made now. */
  readonly newStoreId: () => string
  readonly limits?: Partial<StoreLimits>
}

/** @throws STORE_DAMAGED, STORE_LAYOUT_UNKNOWN, STORE_UNREADABLE, STORE_FULL, STORE_IO */
export function openStore({ path, monotonicMs, newStoreId, limits }: OpenStore): StoreEngine {
  const powers = { path, monotonicMs, limits: { ...STORE_LIMITS, ...limits } }
  if (path === ':memory:') {
    const db = new Database(path)
    createLayout(db, { store: newStoreId(), path })
    return new StoreEngine({ ...powers, db })
  }
  try {
    if (!existsSync(path)) createStore(path, newStoreId())
    const db = openDatabase(path)
    // After a write-back the log file is cut to this size, so a longer one has grown past it since.
    db.exec(`pragma journal_size_limit = ${powers.limits.walBytesMax}`)
    return new StoreEngine({ ...powers, db })
  } catch (error) {
    throw asStoreError(error, path)
  }
}

/** A connection to a store that has been checked as far as its size allows, set up for durable commits. */
export function openDatabase(path: string): Database {
  checkHeader(path)
  const db = new Database(path)
  try {
    // In this mode a commit that was told is on the disk (https://www.sqlite.org/pragma.html#pragma_synchronous).
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0')
    db.exec('pragma cache_size = -65536; pragma temp_store = memory')
    checkTables(db, path)
    return db
  } catch (error) {
    db.close()
    throw asStoreError(error, path)
  }
}

/** The store's identity: the same in a backup, another one in a copy. */
export function storeIdentity(db: Database): { store: string; path: string } {
  const identity = db.get<{ store: string; path: string }>('select store, path from identity')
  if (identity === undefined) throw new Error('the row of identity is missing')
  return identity
}

function createStore(path: string, store: string): void {
  const building = `${path}.new`
  for (const left of [building, `${building}-journal`, `${building}-wal`, `${building}-shm`])
    rmSync(left, { force: true })
  const db = new Database(building)
  try {
    db.exec('pragma synchronous = full')
    createLayout(db, { store, path })
  } finally {
    db.close()
  }
  renameSync(building, path)
  syncFolder(dirname(path))
}

const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

/** The database header, read without SQLite (https://www.sqlite.org/fileformat.html#the_database_header). */
function checkHeader(path: string): void {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    const read = readSync(file, header, 0, HEADER_BYTES, 0)
    if (read < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
      throw storeErrors.STORE_DAMAGED({ path, because: 'it is not an SQLite database' })
    }
    if (header.readUInt32BE(68) !== APPLICATION_ID) {
      throw storeErrors.STORE_DAMAGED({ path, because: 'it is a database, but not one of Selfsame' })
    }
    const found = header.readUInt32BE(60)
    if (found > LAYOUT_VERSION) throw storeErrors.STORE_LAYOUT_UNKNOWN({ path, found, known: LAYOUT_VERSION })
    // With a log beside it, pages may still be missing from the file that the log has.
    if (existsSync(`${path}-wal`)) return
    const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
    const wanted = header.readUInt32BE(28) * pageBytes
    const bytes = fstatSync(file).size
    if (bytes < wanted) throw storeErrors.STORE_DAMAGED({ path, because: `it has ${bytes} of ${wanted} bytes` })
  } finally {
    closeSync(file)
  }
}

/** Our tables as they must be, and a look at both ends of each: a few pages, whatever the size. */
function checkTables(db: Database, path: string): void {
  const found = layoutOf(db)
  const wanted = layoutStatements()
  if (found.length !== wanted.length || found.some((sql, index) => sql !== wanted[index])) {
    throw storeErrors.STORE_DAMAGED({ path, because: 'its tables are not those of its layout' })
  }
  for (const table of ['progress', 'identity']) {
    if (db.get(`select 1 from ${table}`)) continue
    throw storeErrors.STORE_DAMAGED({ path, because: `the row of ${table} is missing` })
  }
  for (const [table, order] of ENDS) {
    db.get(`select * from ${table} order by ${order} limit 1`)
    const backwards = order.split(', ').map((column) => `${column} desc`)
    db.get(`select * from ${table} order by ${backwards.join(', ')} limit 1`)
  }
}

const ENDS = [
  ['record', 'component, key'],
  ['indexed', 'component, name, value, key'],
  ['outbox', 'row'],
  ['timer', 'row'],
  ['wait', 'token'],
  ['idempotency', 'component, key, idempotency_key'],
  ['dead_letter', 'id'],
  ['generation', 'generation'],
] as const

function layoutStatements(): string[] {
  const db = new Database(':memory:')
  try {
    db.exec(LAYOUT)
    return layoutOf(db)
  } finally {
    db.close()
  }
}
