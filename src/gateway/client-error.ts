/** What is said to a client that did not send HTTP: once, after the responses that are still due, and then no more. */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { codeOf, messageOf, type SelfsameError } from '../base/index.ts'
import { gatewayErrors } from './errors.ts'
import { refuseRaw } from './upgrade.ts'

export function answerClientError(error: Error, socket: Duplex) {
  if (codeOf(error) === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  // Node's own name for the response that the socket waits for. Written into the place of one that is still to come, the
  // refusal would pass for it; one whose request never arrived whole will not come.
  const due = (socket as { _httpMessage?: ServerResponse | null })._httpMessage
  if (!due) refuseRaw(socket, described(error))
  else if (due.req.complete) due.on('close', () => socket.destroy())
  else if (due.headersSent) socket.destroy()
  else refuseRaw(socket, described(error))
}

function described(error: Error): SelfsameError {
  switch (codeOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return gatewayErrors.HEADERS_TOO_LARGE({})
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return gatewayErrors.REQUEST_TIMEOUT({})
    default:
      return gatewayErrors.REQUEST_MALFORMED({
        why: messageOf(error)
          .replace(/^Parse Error: /, '')
          .slice(0, 100),
      })
  }
}
