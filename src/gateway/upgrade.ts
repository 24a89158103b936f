/** From an HTTP request that asks for an upgrade to a WebSocket connection, or to a refusal in plain HTTP. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import type { SelfsameError } from '../base/index.ts'
import { Connection, type ConnectionPowers } from './connection.ts'
import { gatewayErrors } from './errors.ts'
import { type Callers, factsOf } from './identity.ts'
import { foreignOrigin } from './origin.ts'
import { errorBody } from './respond.ts'
import { statusOf } from './status.ts'

export type UpgradePowers = ConnectionPowers & {
  readonly callers: Callers
  readonly sockets: WebSocketServer
  readonly newConnectionId: () => string
  readonly joined: (connection: Connection) => void
}

/** Makes the handler of `upgrade` events. */
export function upgradeHandler(
  powers: UpgradePowers,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    // Until the WebSocket takes over, nobody else listens; an unheard error would end the process.
    const onError = () => socket.destroy()
    socket.on('error', onError)
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (path !== '/ws') return refuseRaw(socket, gatewayErrors.PATH_UNKNOWN({ path: path.slice(0, 200) }))
    const foreign = foreignOrigin(request.headers)
    if (foreign !== null) return refuseRaw(socket, gatewayErrors.ORIGIN_REFUSED({ origin: foreign }))
    powers.callers.identify(factsOf(request)).then((caller) => {
      if ('error' in caller) return refuseRaw(socket, caller.error)
      if (powers.responding.stopping()) return refuseRaw(socket, gatewayErrors.GATEWAY_STOPPING({}))
      if (socket.destroyed) return
      socket.off('error', onError)
      powers.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = powers.newConnectionId()
        powers.joined(new Connection(webSocket, { identity: caller.identity, connection }, powers))
      })
    })
  }
}

/** Answers on the bare socket, where no response object exists, and ends the connection. */
export function refuseRaw(socket: Duplex, error: SelfsameError) {
  if (!socket.writable) return void socket.destroy()
  const status = statusOf(error.code)
  const text = JSON.stringify(errorBody({ code: error.code, message: error.message, remedy: error.remedy }))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
}
