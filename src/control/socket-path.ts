/**
 * Where the control socket lies: `control.sock` in the data folder. The kernel takes at most 107 bytes of path for a
 * socket (103 on macOS), so in a deep data folder it lies in a private temporary folder instead, and `control.json`
 * in the data folder says where.
 */
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, messageOf } from '../base/index.ts'
import { controlErrors } from './errors.ts'

export const SOCKET_FILE = 'control.sock'
export const POINTER_FILE = 'control.json'
/** Prefix of the 0700 folder in which the socket is born, see `listen.ts`. */
export const BIRTH_FOLDER = '.ctl-'
/** Prefix of the private folder of a socket that does not fit into its data folder. */
export const TEMP_FOLDER = 'selfsame-'
/** Longest path, in bytes, that is tried: below the limits of Linux and macOS, with room for the birth folder. */
export const SOCKET_PATH_BYTES_MAX = 100

/** A folder for the socket: the data folder, or a private one of its own where that is too deep. */
export type SocketPlace = { readonly folder: string; readonly path: string; readonly temporary: boolean }

/** Chooses the place for a host that starts, and writes the pointer if one is needed. */
export function placeSocket(options: { readonly dataFolder: string; readonly tempFolder: string }): SocketPlace {
  const { dataFolder, tempFolder } = options
  removeLeftovers(dataFolder)
  removePointedFolder(dataFolder)
  if (fits(dataFolder)) return { folder: dataFolder, path: join(dataFolder, SOCKET_FILE), temporary: false }

  if (!fits(join(tempFolder, `${TEMP_FOLDER}XXXXXX`))) {
    const reason = `neither ${dataFolder} nor ${tempFolder} is short enough for a socket`
    throw controlErrors.CONTROL_SOCKET_FAILED({ path: join(dataFolder, SOCKET_FILE), reason })
  }
  const folder = mkdtempSync(join(tempFolder, TEMP_FOLDER))
  const path = join(folder, SOCKET_FILE)
  const pointer = join(dataFolder, POINTER_FILE)
  writeFileSync(`${pointer}.new`, `${JSON.stringify({ socket: path })}\n`, { mode: 0o600 })
  chmodSync(`${pointer}.new`, 0o600)
  renameSync(`${pointer}.new`, pointer)
  return { folder, path, temporary: true }
}

/** Where a client finds the host's socket, if there is one. */
export function findSocket(dataFolder: string): string {
  const path = join(dataFolder, SOCKET_FILE)
  if (fits(dataFolder)) return path
  return readPointer(dataFolder) ?? path
}

/** The socket that the pointer names, unless there is none or it lies in a folder that others may write to. */
export function readPointer(dataFolder: string): string | undefined {
  const pointer = join(dataFolder, POINTER_FILE)
  try {
    const { socket }: { socket?: unknown } = JSON.parse(readFileSync(pointer, 'utf8'))
    if (typeof socket !== 'string') return undefined
    const folder = lstatSync(dirname(socket))
    const owned = folder.uid === lstatSync(pointer).uid
    return owned && folder.isDirectory() && (folder.mode & 0o077) === 0 ? socket : undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw controlErrors.CONTROL_SOCKET_FAILED({ path: pointer, reason: messageOf(error) }, error)
  }
}

/** Removes what the host made, when it ends. */
export function removePlace({ dataFolder, place }: { readonly dataFolder: string; readonly place: SocketPlace }): void {
  rmSync(place.path, { force: true })
  if (!place.temporary) return
  rmSync(place.folder, { recursive: true, force: true })
  rmSync(join(dataFolder, POINTER_FILE), { force: true })
}

/** A host that was killed leaves its birth folder, its socket or its pointer behind. */
function removeLeftovers(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) {
    if (name.startsWith(BIRTH_FOLDER)) rmSync(join(dataFolder, name), { recursive: true, force: true })
  }
}

function removePointedFolder(dataFolder: string): void {
  const pointed = readPointer(dataFolder)
  if (pointed !== undefined && basename(dirname(pointed)).startsWith(TEMP_FOLDER)) {
    rmSync(dirname(pointed), { recursive: true, force: true })
  }
  rmSync(join(dataFolder, POINTER_FILE), { force: true })
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `${BIRTH_FOLDER}XXXXXX`, 's')) <= SOCKET_PATH_BYTES_MAX
}
