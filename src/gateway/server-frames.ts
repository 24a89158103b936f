/**
 * Texts of the frames that the gateway sends. Outputs and events are JSON texts already, and are put into the frame as
 * they are: nothing is parsed and written again on the way from a cell to a client.
 */
import type { NumberedEvent, Payload } from '../turn/index.ts'
import type { FrameId, ServerFrame } from './frames.ts'
import type { Failure } from './ports.ts'

/** Frames without outputs and events in them. */
export function frameText(
  frame: Extract<ServerFrame, { type: 'hello' | 'pong' | 'going' | 'lagged' | 'failed' }>,
): string {
  return JSON.stringify(frame)
}

export function replyText(of: { id: FrameId; output: Payload; sequence?: number }): string {
  const sequence = of.sequence === undefined ? '' : `,"sequence":${of.sequence}`
  return `{"type":"reply","id":${JSON.stringify(of.id)}${sequence}${outputMember(of.output)}}`
}

export function rejectedText(of: { id: FrameId; code: string; data: string }): string {
  return `{"type":"rejected","id":${JSON.stringify(of.id)},"code":${JSON.stringify(of.code)},"data":${of.data}}`
}

export function failedText(id: FrameId | null, failure: Failure): string {
  const { code, message, remedy, retryAfterMs, issues } = failure
  return frameText({
    type: 'failed',
    id,
    code,
    message,
    ...(remedy && { remedy }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(issues && { issues }),
    ...(failure.id && { logId: failure.id }),
  })
}

export function attachedText(of: { id: FrameId; to: string; sequence: number; output: Payload }): string {
  const to = JSON.stringify(of.to)
  return `{"type":"attached","id":${JSON.stringify(of.id)},"to":${to},"sequence":${of.sequence}${outputMember(of.output)}}`
}

function outputMember(output: Payload): string {
  return output === null ? '' : `,"output":${output}`
}

/**
 * The frame of an event, made once for all connections that get it: the router hands out one object per event, to one
 * connection after the other, so it is enough to remember the last.
 */
export function eventFrames(): (to: string, event: NumberedEvent) => Buffer {
  let last: { readonly to: string; readonly event: NumberedEvent; readonly frame: Buffer } | undefined
  return (to, event) => {
    if (last?.event === event && last.to === to) return last.frame
    const name = JSON.stringify(event.event)
    const text = `{"type":"event","to":${JSON.stringify(to)},"sequence":${event.sequence},"event":${name},"data":${event.data}}`
    last = { to, event, frame: Buffer.from(text) }
    return last.frame
  }
}
