/** The other end: connects to the host of a data folder and asks it. */
import { connect, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { codeOf, messageOf, SelfsameError } from '../base/index.ts'
import type { LogLine } from '../host/index.ts'
import { controlErrors } from './errors.ts'
import { lineReader } from './lines.ts'
import {
  type ControlCalls,
  type ControlReply,
  type ControlVerb,
  PROTOCOL_VERSION,
  REPLY_BYTES_MAX,
} from './protocol.ts'
import { findSocket } from './socket-path.ts'

/** How long a host may take to say hello. */
export const HELLO_WITHIN_MS = 5_000

export type LogEvent =
  | { readonly type: 'line'; readonly line: LogLine }
  | { readonly type: 'skipped'; readonly lines: number }

export type ControlClient = {
  readonly hello: { readonly selfsame: string; readonly pid: number }
  /** @throws what the host answered with, or CONTROL_LOST */
  call<V extends Exclude<ControlVerb, 'logs'>>(verb: V, take: ControlCalls[V][0]): Promise<ControlCalls[V][1]>
  /** `done` resolves after the last line; for a followed log, after `stop`. */
  logs(take: ControlCalls['logs'][0], event: (event: LogEvent) => void): { readonly done: Promise<void>; stop(): void }
  close(): void
}

type Pending = {
  readonly verb: ControlVerb
  readonly settle: (value: unknown) => void
  readonly fail: (error: unknown) => void
  readonly event: (event: LogEvent) => void
}

/** @throws HOST_NOT_RUNNING, CONTROL_DENIED, CONTROL_SILENT, CONTROL_VERSION_MISMATCH, CONTROL_SOCKET_FAILED */
export async function connectControl(
  dataFolder: string,
  { helloWithinMs = HELLO_WITHIN_MS }: { readonly helloWithinMs?: number } = {},
): Promise<ControlClient> {
  const folder = resolve(dataFolder)
  const path = findSocket(folder)
  const socket = connect(path)
  const { promise: greeted, resolve: greet, reject: turnAway } = Promise.withResolvers<ControlClient['hello']>()
  const pending = new Map<number, Pending>()
  let nextId = 1
  let connected = false

  const fail = (error: unknown) => {
    turnAway(error)
    for (const call of pending.values()) call.fail(error)
    pending.clear()
  }
  const receive = (reply: ControlReply) => {
    switch (reply.type) {
      case 'hello':
        socket.setTimeout(0)
        if (reply.protocol !== PROTOCOL_VERSION) {
          fail(controlErrors.CONTROL_VERSION_MISMATCH({ ours: PROTOCOL_VERSION, theirs: reply.protocol }))
        } else greet({ selfsame: reply.selfsame, pid: reply.pid })
        return
      case 'result':
        pending.get(reply.id)?.settle(reply.value)
        pending.delete(reply.id)
        return
      case 'line':
      case 'skipped':
        pending.get(reply.id)?.event(reply)
        return
      case 'refused': {
        const { code, message, remedy } = reply
        const error = new SelfsameError({ code, message, remedy, facts: {} })
        if (reply.id === null) return fail(error)
        pending.get(reply.id)?.fail(error)
        pending.delete(reply.id)
        return
      }
      default:
        reply satisfies never
    }
  }
  const reader = lineReader({
    bytesMax: REPLY_BYTES_MAX,
    line(text) {
      try {
        receive(JSON.parse(text) as ControlReply)
      } catch (error) {
        fail(
          controlErrors.CONTROL_SOCKET_FAILED({ path, reason: `what answers there is no host (${messageOf(error)})` }),
        )
        socket.destroy()
      }
    },
    tooLong: () => fail(controlErrors.CONTROL_LINE_TOO_LONG({ bytesMax: REPLY_BYTES_MAX })),
  })

  socket.setTimeout(helloWithinMs, () => {
    fail(controlErrors.CONTROL_SILENT({ path, waitedMs: helloWithinMs }))
    socket.destroy()
  })
  socket.on('connect', () => {
    connected = true
  })
  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  socket.on('error', (error) => {
    if (!connected) fail(cannotConnect({ dataFolder: folder, path, error }))
  })
  socket.on('close', () => {
    turnAway(controlErrors.HOST_NOT_RUNNING({ dataFolder: folder }))
    for (const call of pending.values()) call.fail(controlErrors.CONTROL_LOST({ verb: call.verb }))
    pending.clear()
  })

  const ask = (verb: ControlVerb, take: unknown, event: Pending['event']): { id: number; answer: Promise<unknown> } => {
    const id = nextId++
    const { promise, resolve: settle, reject } = Promise.withResolvers<unknown>()
    if (!canWrite(socket)) reject(controlErrors.CONTROL_LOST({ verb }))
    else {
      pending.set(id, { verb, settle, fail: reject, event })
      socket.write(`${JSON.stringify({ type: verb, id, take })}\n`)
    }
    return { id, answer: promise }
  }

  try {
    const hello = await greeted
    return {
      hello,
      // The protocol pairs each verb with its value; the host is of our own version, which the hello has proved.
      call: <V extends ControlVerb>(verb: V, take: ControlCalls[V][0]) =>
        ask(verb, take, () => {}).answer as Promise<ControlCalls[V][1]>,
      logs(take, event) {
        const { id, answer } = ask('logs', take, event)
        const stop = () => {
          if (canWrite(socket)) socket.write(`${JSON.stringify({ type: 'cancel', id })}\n`)
        }
        return { done: answer.then(() => {}), stop }
      },
      close: () => socket.destroy(),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function canWrite(socket: Socket): boolean {
  return !socket.destroyed && !socket.writableEnded
}

function cannotConnect(facts: { dataFolder: string; path: string; error: unknown }): SelfsameError {
  const { dataFolder, path, error } = facts
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ECONNREFUSED':
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return controlErrors.HOST_NOT_RUNNING({ dataFolder })
    case 'EACCES':
    case 'EPERM':
      return controlErrors.CONTROL_DENIED({ path })
    default:
      return controlErrors.CONTROL_SOCKET_FAILED({ path, reason: messageOf(error) }, error)
  }
}
