/** Receives the body of a message: whole, bounded, as JSON text. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { SelfsameError } from '../base/index.ts'
import type { Payload } from '../turn/index.ts'
import { gatewayErrors } from './errors.ts'

/** Bytes of bodies that are being received now, over all requests. */
export type BodyBudget = { used: number }

export type BodyLimits = { readonly bodyBytesMax: number; readonly bodiesBytesMax: number }

/** Whether a request says that it has a body. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return length !== undefined ? length !== '0' : request.headers['transfer-encoding'] !== undefined
}

/**
 * Calls `done` once: with the text (null for an empty body), or with what is wrong with it. Not at all if the client
 * leaves. After an error the rest of the body is still to be received or cut off: see `refuseBody`.
 */
export function receiveBody(
  request: IncomingMessage,
  powers: {
    limits: BodyLimits
    budget: BodyBudget
    done: (body: { text: Payload } | { error: SelfsameError }) => void
  },
) {
  const { limits, budget, done } = powers
  const { bodyBytesMax, bodiesBytesMax } = limits
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax)
    return done({ error: gatewayErrors.BODY_TOO_LARGE({ bytesMax: bodyBytesMax }) })

  const chunks: Buffer[] = []
  let bytes = 0
  let settled = false
  const settle = (body: { text: Payload } | { error: SelfsameError } | null) => {
    if (settled) return
    settled = true
    budget.used -= bytes
    request.off('data', onData).off('end', onEnd).off('close', onClose)
    if (body !== null) done(body)
  }
  const onData = (chunk: Buffer) => {
    bytes += chunk.length
    budget.used += chunk.length
    chunks.push(chunk)
    if (bytes > bodyBytesMax) settle({ error: gatewayErrors.BODY_TOO_LARGE({ bytesMax: bodyBytesMax }) })
    else if (budget.used > bodiesBytesMax)
      settle({ error: gatewayErrors.GATEWAY_OVERLOADED({ what: 'bodies of requests' }) })
  }
  const onEnd = () => {
    const first = chunks[0]
    settle(first === undefined ? { text: null } : jsonText(chunks.length === 1 ? first : Buffer.concat(chunks, bytes)))
  }
  const onClose = () => settle(null)
  request.on('data', onData).on('end', onEnd).on('close', onClose)
}

/**
 * The text of a JSON document in UTF-8. It is parsed here only to be sure of that, and passed on as text: a body of
 * white space alone is an empty one.
 */
function jsonText(bytes: Buffer): { text: Payload } | { error: SelfsameError } {
  if (!isUtf8(bytes)) return { error: gatewayErrors.BODY_NOT_JSON({ why: 'it is not UTF-8' }) }
  const text = bytes.toString('utf8')
  const why = whyNotJson(text)
  if (why === null) return { text }
  return text.trim() === '' ? { text: null } : { error: gatewayErrors.BODY_NOT_JSON({ why }) }
}

/** What the parser says against it, or null. */
export function whyNotJson(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : 'it cannot be parsed'
  }
}
