/**
 * Opens the control socket so that no other user can ever reach it: it is born in a folder of mode 0700, gets mode
 * 0600 there, and is then moved to its name in one step, which also replaces the socket of a host that died. That the
 * name's owner really is dead is asked of the socket itself. (Two hosts cannot race here: the store's lock is taken
 * before.)
 */
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { join } from 'node:path'
import { codeOf, messageOf } from '../base/index.ts'
import { controlErrors } from './errors.ts'
import { BIRTH_FOLDER, readPointer, type SocketPlace } from './socket-path.ts'

/** @throws CONTROL_IN_USE, CONTROL_SOCKET_FAILED */
export async function refuseIfInUse(options: { readonly dataFolder: string; readonly path: string }): Promise<void> {
  const pointed = readPointer(options.dataFolder)
  for (const path of pointed === undefined ? [options.path] : [options.path, pointed]) {
    if (await answers(path)) throw controlErrors.CONTROL_IN_USE({ path })
  }
}

/** Listens at the place; the inode tells later whether the name is still ours. @throws CONTROL_SOCKET_FAILED */
export async function listenPrivately(server: Server, place: SocketPlace): Promise<{ readonly inode: number }> {
  try {
    const birth = mkdtempSync(join(place.folder, BIRTH_FOLDER))
    try {
      const newborn = join(birth, 's')
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(newborn, () => {
          server.off('error', reject)
          resolve()
        })
      })
      chmodSync(newborn, 0o600)
      renameSync(newborn, place.path)
    } finally {
      rmSync(birth, { recursive: true, force: true })
    }
    return { inode: statSync(place.path).ino }
  } catch (error) {
    server.close()
    throw controlErrors.CONTROL_SOCKET_FAILED({ path: place.path, reason: messageOf(error) }, error)
  }
}

async function answers(path: string): Promise<boolean> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return false
  if (!there.isSocket()) {
    throw controlErrors.CONTROL_SOCKET_FAILED({ path, reason: 'something that is not a socket has this name' })
  }
  return new Promise((resolve, reject) => {
    const probe = connect(path, () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', (error) => {
      const code = codeOf(error)
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(false)
      else reject(controlErrors.CONTROL_SOCKET_FAILED({ path, reason: messageOf(error) }, error))
    })
  })
}
