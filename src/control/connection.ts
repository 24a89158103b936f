/**
 * One client of the control plane, from its hello to its end. It may ask several things at once; what it asked for
 * and did not wait for is still done, but its subscriptions end with it.
 */
import type { Socket } from 'node:net'
import { codeOf, messageOf, SelfsameError } from '../base/index.ts'
import type { Host, LogLine } from '../host/index.ts'
import { answerRequest, followLogs } from './answer.ts'
import { decodeRequest } from './decode.ts'
import { controlErrors } from './errors.ts'
import { lineReader } from './lines.ts'
import {
  type ControlReply,
  type ControlRequest,
  PROTOCOL_VERSION,
  REPLY_BYTES_MAX,
  REQUEST_BYTES_MAX,
} from './protocol.ts'

/** Most requests of one connection that are worked on at the same time, followed logs included. */
export const IN_FLIGHT_MAX = 64
/** Log lines are left out for a client that leaves so many bytes unread. */
export const UNREAD_BYTES_MAX = 1024 * 1024

export type ConnectionPowers = {
  readonly host: Host
  readonly selfsame: string
  readonly pid: number
  /** Called when the answer to `stop` has left. */
  readonly stopped: () => void
}

export function serveConnection(socket: Socket, powers: ConnectionPowers): void {
  /** Requests being worked on; the value ends a followed log. */
  const inFlight = new Map<number, { stop(): void } | null>()
  let ending = false

  const send = (reply: ControlReply, sent?: () => void) => {
    if (socket.destroyed || socket.writableEnded) return sent?.()
    let line = JSON.stringify(reply)
    if (reply.type === 'result' && Buffer.byteLength(line) > REPLY_BYTES_MAX) {
      line = JSON.stringify(refusal(reply.id, controlErrors.CONTROL_LINE_TOO_LONG({ bytesMax: REPLY_BYTES_MAX })))
    }
    socket.write(`${line}\n`, () => sent?.())
  }

  const finish = (id: number, reply: ControlReply, sent?: () => void) => {
    inFlight.delete(id)
    send(reply, sent)
    if (ending && inFlight.size === 0) socket.end()
  }

  const endSubscriptions = () => {
    for (const [id, subscription] of inFlight) {
      if (subscription === null) continue
      subscription.stop()
      finish(id, { type: 'result', id, value: null })
    }
  }

  const streamLogs = ({ id, take }: Extract<ControlRequest, { type: 'logs' }>) => {
    let skipped = 0
    const line = (logLine: LogLine) => {
      if (socket.writableLength > UNREAD_BYTES_MAX) {
        skipped++
        return
      }
      if (skipped > 0) send({ type: 'skipped', id, lines: skipped })
      skipped = 0
      send({ type: 'line', id, line: logLine })
    }
    const following = followLogs({ host: powers.host, take, line })
    if (following !== null) inFlight.set(id, following)
    else {
      if (skipped > 0) send({ type: 'skipped', id, lines: skipped })
      finish(id, { type: 'result', id, value: null })
    }
  }

  const serve = async (request: ControlRequest) => {
    const { id } = request
    if (request.type === 'cancel') {
      const subscription = inFlight.get(id)
      subscription?.stop()
      if (subscription) finish(id, { type: 'result', id, value: null })
      return
    }
    if (inFlight.has(id))
      return send(refusal(id, controlErrors.CONTROL_REQUEST_INVALID({ reason: `id ${id} is in use.` })))
    if (inFlight.size >= IN_FLIGHT_MAX) {
      return send(refusal(id, controlErrors.CONTROL_BUSY({ what: 'requests of this connection', max: IN_FLIGHT_MAX })))
    }
    inFlight.set(id, null)
    try {
      if (request.type === 'logs') return streamLogs(request)
      const value = await answerRequest(request, powers.host)
      finish(id, { type: 'result', id, value }, request.type === 'stop' ? powers.stopped : undefined)
    } catch (error) {
      finish(id, refusal(id, asKnown(error, request)))
    }
  }

  const reader = lineReader({
    bytesMax: REQUEST_BYTES_MAX,
    line(text) {
      if (text.trim() === '') return
      const decoded = decodeRequest(text)
      if (decoded.request !== null) void serve(decoded.request)
      else send(refusal(decoded.id, controlErrors.CONTROL_REQUEST_INVALID({ reason: decoded.reason })))
    },
    tooLong: () => send(refusal(null, controlErrors.CONTROL_LINE_TOO_LONG({ bytesMax: REQUEST_BYTES_MAX }))),
  })

  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  // A client that has only closed its own side (`echo ... | socat`) still gets its answers.
  socket.on('end', () => {
    ending = true
    endSubscriptions()
    if (inFlight.size === 0) socket.end()
  })
  socket.on('close', () => {
    for (const subscription of inFlight.values()) subscription?.stop()
  })
  // A client that is gone is no event: 'close' follows.
  socket.on('error', () => {})
  send({ type: 'hello', protocol: PROTOCOL_VERSION, selfsame: powers.selfsame, pid: powers.pid })
}

/** What a client that asks for too much is told. */
export function refusal(id: number | null, error: SelfsameError): ControlReply {
  return { type: 'refused', id, code: error.code, message: error.message, remedy: error.remedy }
}

/** An error of the operating system on a path that the client named is the client's to mend; any other has no name. */
function asKnown(error: unknown, { type, take }: Exclude<ControlRequest, { type: 'cancel' }>): SelfsameError {
  if (error instanceof SelfsameError) return error
  const reason = messageOf(error)
  if (take !== null && 'path' in take && codeOf(error)?.startsWith('E')) {
    return controlErrors.CONTROL_PATH_FAILED({ path: take.path, reason })
  }
  return controlErrors.CONTROL_CALL_FAILED({ verb: type, reason })
}
