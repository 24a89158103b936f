/** From the text of a frame to a `ClientFrame`, or to the reason why it is none. Trusts nothing it is given. */
import type { ClientFrame, FrameId } from './frames.ts'

export type ParsedFrame =
  | { readonly frame: ClientFrame }
  /** `id` is told where it could be read, so that the client knows which request failed. */
  | { readonly wrong: string; readonly id: FrameId | null }

/** UTF-16 code units. Ids are echoed, so they are short. */
export const FRAME_ID_LENGTH_MAX = 128

export function parseFrame(text: string): ParsedFrame {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { wrong: 'The frame is not JSON.', id: null }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { wrong: 'A frame is a JSON object.', id: null }
  }
  const fields = value as Readonly<Record<string, unknown>>
  if (fields.type === 'ping') return { frame: { type: 'ping' } }
  const id = isFrameId(fields.id) ? fields.id : null
  const wrong = wrongIn(fields)
  // What `wrongIn` has looked at is what the type says; nothing else of the object is ever read.
  return wrong === null ? { frame: fields as ClientFrame } : { wrong, id }
}

function wrongIn(fields: Readonly<Record<string, unknown>>): string | null {
  const { type, id, to } = fields
  if (type !== 'call' && type !== 'attach' && type !== 'detach') {
    return `'type' is one of call, attach, detach, ping; got ${brief(type)}.`
  }
  if (!isFrameId(id)) {
    return `'id' is a finite number or a string of 1 to ${FRAME_ID_LENGTH_MAX} characters; got ${brief(id)}.`
  }
  if (typeof to !== 'string') return `'to' is an address such as "auction/lot-1"; got ${brief(to)}.`
  if (type === 'call' && typeof fields.message !== 'string') {
    return `'message' is the name of a message; got ${brief(fields.message)}.`
  }
  if (type === 'attach' && fields.read !== undefined && typeof fields.read !== 'string') {
    return `'read' is the name of a read; got ${brief(fields.read)}.`
  }
  const key = fields.idempotencyKey
  if (type === 'call' && key !== undefined && typeof key !== 'string') {
    return `'idempotencyKey' is a string; got ${brief(key)}.`
  }
  return null
}

function isFrameId(id: unknown): id is FrameId {
  if (typeof id === 'number') return Number.isFinite(id)
  return typeof id === 'string' && id.length > 0 && id.length <= FRAME_ID_LENGTH_MAX
}

function brief(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object') return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object'
  const text = String(value)
  return `${typeof value} '${text.length > 40 ? `${text.slice(0, 40)}...` : text}'`
}
