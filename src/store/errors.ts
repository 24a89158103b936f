/** Every code with which the store refuses or fails, each with its page in `docs/errors/`. */
import { codeOf, defineErrors, messageOf, SelfsameError } from '../base/index.ts'

type Path = { readonly path: string }
type Because = { readonly because: string }

export const storeErrors = defineErrors({
  DATA_FOLDER_IN_USE: {
    message: ({ path }: Path) => `Another host runs on the data folder ${path}.`,
    remedy: 'Stop the other host, or give this one a data folder of its own.',
  },
  STORE_MISSING: {
    message: ({ path }: Path) => `There was a store at ${path}, and it is gone.`,
    remedy: 'Put state.db back, or restore a backup with `selfsame restore`. To start anew, use an empty data folder.',
  },
  STORE_DAMAGED: {
    message: ({ path, because }: Path & Because) => `The store ${path} is damaged: ${because}.`,
    remedy: 'Move the damaged file away and restore a backup with `selfsame restore`. Nothing was changed in it.',
  },
  STORE_LAYOUT_UNKNOWN: {
    message: ({ path, found, known }: Path & { found: number; known: number }) =>
      `The store ${path} has layout ${found}; this Selfsame knows layouts up to ${known}.`,
    remedy: 'Run the version of Selfsame that wrote the store, or a later one.',
  },
  STORE_UNREADABLE: {
    message: ({ path, because }: Path & Because) => `The store ${path} cannot be opened: ${because}.`,
    remedy: 'Check that the folder exists, that this user may write to it, and that its disk is mounted.',
  },
  STORE_FULL: {
    message: ({ because }: Because) => `The disk of the store is full: ${because}.`,
    remedy: 'Free space on the disk of the data folder. What was not acknowledged was not done, and nothing is lost.',
  },
  STORE_IO: {
    message: ({ because }: Because) => `The disk of the store does not work: ${because}.`,
    remedy: 'Look into the system log for errors of the disk. What was not acknowledged may be there after a restart.',
  },
  STORE_FAILED: {
    message: ({ because }: Because) => `The store could not do it: ${because}.`,
    remedy: 'This is most likely a bug of Selfsame; please report it with this message.',
  },
  STORE_STOPPED: {
    message: ({ because }: Because) => `The store has stopped: ${because}.`,
    remedy: 'Start the host again; what was acknowledged is there.',
  },
  KEY_ILL_FORMED: {
    message: ({ key }: { key: string }) => `The key ${JSON.stringify(key)} is no well-formed Unicode text.`,
    remedy: 'Refuse keys with half a surrogate pair: they have no UTF-8 form, and two of them would become one.',
  },
  WAIT_ENDED: {
    message: ({ key }: { key: string }) => `Nothing waits under the idempotency key ${JSON.stringify(key)} any more.`,
    remedy: 'Ask for the kept answer with `idempotent`.',
  },
  DEAD_LETTERS_FULL: {
    message: ({ most }: { most: number }) => `There are ${most} dead letters; there may be no more.`,
    remedy: 'Retry or discard dead letters. Until then failing messages stay in the outbox.',
  },
  BACKUP_EXISTS: {
    message: ({ path }: Path) => `There is a file at ${path} already.`,
    remedy: 'Choose another name for the backup: a backup never overwrites anything.',
  },
  BACKUP_UNWRITABLE: {
    message: ({ path, because }: Path & Because) => `The backup ${path} cannot be written: ${because}.`,
    remedy: 'Check that the folder exists, that this user may write to it, and that its disk has room.',
  },
  BACKUP_MISSING: {
    message: ({ path }: Path) => `There is no backup at ${path}.`,
    remedy: 'Give the path of a file that `selfsame backup` wrote.',
  },
  RESTORE_TARGET_EXISTS: {
    message: ({ path }: Path) => `There is a store at ${path} already.`,
    remedy: 'Move it away first, or restore into an empty data folder: a restore never overwrites anything.',
  },
  RESTORE_ORIGINAL_EXISTS: {
    message: ({ path, original }: Path & { original: string }) =>
      `The store that the backup ${path} was taken of is still at ${original}: its timers would fire twice.`,
    remedy: 'Move the original away if the backup shall take its place, or restore with `--as-copy`.',
  },
  RESTORED_AS_COPY: {
    message: () => 'This message or timer belongs to the original that this store is a copy of.',
    remedy: 'Retry the dead letter if the copy shall deliver it as well; discard it otherwise.',
  },
})

// SQLite's result codes that say something to an operator (https://www.sqlite.org/rescode.html).
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26
/** No room for the index of the write-ahead log: a full disk under another name. */
const SQLITE_IOERR_SHMSIZE = 10 | (19 << 8)
export const SQLITE_BUSY = 5

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EROFS'])

/** SQLite's primary result code of a thrown value, or undefined. */
export function sqliteCode(error: unknown): number | undefined {
  const extended = extendedCode(error)
  return extended === undefined ? undefined : extended & 0xff
}

function extendedCode(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code : undefined
}

/** Any thrown value as an error with one of our codes. */
export function asStoreError(error: unknown, path: string): SelfsameError {
  if (error instanceof SelfsameError) return error
  const because = messageOf(error)
  if (extendedCode(error) === SQLITE_IOERR_SHMSIZE || codeOf(error) === 'ENOSPC') {
    return storeErrors.STORE_FULL({ because }, error)
  }
  if (UNREADABLE.has(codeOf(error) ?? '')) return storeErrors.STORE_UNREADABLE({ path, because }, error)
  switch (sqliteCode(error)) {
    case SQLITE_FULL:
      return storeErrors.STORE_FULL({ because }, error)
    case SQLITE_IOERR:
      return storeErrors.STORE_IO({ because }, error)
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return storeErrors.STORE_DAMAGED({ path, because }, error)
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return storeErrors.STORE_UNREADABLE({ path, because }, error)
    default:
      return storeErrors.STORE_FAILED({ because }, error)
  }
}
