/** Serves a host on its control socket. One per host; it ends after the host does, so that `stop` gets its answer. */
import { statSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import type { Host } from '../host/index.ts'
import { refusal, serveConnection } from './connection.ts'
import { controlErrors } from './errors.ts'
import { listenPrivately, refuseIfInUse } from './listen.ts'
import { placeSocket, removePlace, SOCKET_FILE } from './socket-path.ts'

/** Most clients at the same time. */
export const CONNECTIONS_MAX = 64

export type Control = {
  /** Where the socket lies. */
  readonly path: string
  /** Resolves when a client asked for `stop`, the host has stopped, and the client has been told so. */
  readonly stopped: Promise<void>
  /** Ends all connections and removes the socket. */
  close(): Promise<void>
}

/**
 * @param options.selfsame the version that the hello line names
 * @throws CONTROL_IN_USE, CONTROL_SOCKET_FAILED
 */
export async function startControl(options: {
  readonly host: Host
  readonly dataFolder: string
  readonly tempFolder: string
  readonly selfsame: string
  readonly pid: number
}): Promise<Control> {
  const { host, tempFolder, selfsame, pid } = options
  const dataFolder = resolve(options.dataFolder)
  await refuseIfInUse({ dataFolder, path: join(dataFolder, SOCKET_FILE) })
  const place = placeSocket({ dataFolder, tempFolder })

  const { promise: stopped, resolve: tellStopped } = Promise.withResolvers<void>()
  const connections = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (connections.size >= CONNECTIONS_MAX) {
      socket.on('error', () => {})
      const busy = refusal(null, controlErrors.CONTROL_BUSY({ what: 'control connections', max: CONNECTIONS_MAX }))
      socket.end(`${JSON.stringify(busy)}\n`, () => socket.destroy())
      return
    }
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    serveConnection(socket, { host, selfsame, pid, stopped: tellStopped })
  })
  const { inode } = await listenPrivately(server, place)

  return {
    path: place.path,
    stopped,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const socket of connections) socket.destroySoon()
      // A successor may have taken the name meanwhile.
      if (statSync(place.path, { throwIfNoEntry: false })?.ino === inode) removePlace({ dataFolder, place })
      await closed
    },
  }
}
