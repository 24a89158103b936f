/** Writes answers to HTTP: one write each, for this is the hot path. */
import type { ServerResponse } from 'node:http'
import type { Clock, SelfsameError } from '../base/index.ts'
import type { Issue } from '../schema/index.ts'
import type { Failure, GatewayAnswer, GatewayLog } from './ports.ts'
import { statusOf } from './status.ts'

/** What a refusal of the moment says if whoever refused did not say it. */
const RETRY_AFTER_MS = 1_000
const JSON_TYPE = 'application/json; charset=utf-8'

export type ResponseHeaders = Readonly<Record<string, string | number>>

/** Body of every response that is an error, but for rejections, which are the contract's own. */
export type ErrorBody = {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly remedy?: string
    readonly issues?: readonly Issue[]
    /** Where to find it in the log of the host. */
    readonly id?: string
  }
}

/** What all responses of one gateway share. */
export type Responding = {
  readonly log: GatewayLog
  readonly newId: () => string
  /** True while the gateway stops: every response then ends its connection. */
  readonly stopping: () => boolean
}

export function writeJson(response: ServerResponse, status: number, text: string, headers?: ResponseHeaders) {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text), ...headers })
  response.end(text)
}

export function writeAnswer(response: ServerResponse, answer: GatewayAnswer, responding: Responding) {
  if (response.headersSent || response.destroyed) return
  if (responding.stopping()) response.shouldKeepAlive = false
  switch (answer.type) {
    case 'replied':
      if (answer.output !== null) return writeJson(response, 200, answer.output)
      response.writeHead(204)
      response.end()
      return
    case 'rejected':
      return writeJson(response, 409, `{"code":${JSON.stringify(answer.code)},"data":${answer.data}}`)
    case 'failed': {
      const status = statusOf(answer.code)
      const retryAfterMs = answer.retryAfterMs ?? (status === 503 ? RETRY_AFTER_MS : undefined)
      const headers =
        retryAfterMs === undefined ? undefined : { 'retry-after': Math.max(1, Math.ceil(retryAfterMs / 1000)) }
      return writeJson(response, status, JSON.stringify(errorBody(discreet(answer, responding))), headers)
    }
    default:
      answer satisfies never
  }
}

/** Writes an error of the gateway's own. */
export function writeError(
  response: ServerResponse,
  error: SelfsameError,
  responding: Responding,
  headers?: ResponseHeaders,
) {
  if (response.headersSent || response.destroyed) return
  if (responding.stopping()) response.shouldKeepAlive = false
  const status = statusOf(error.code)
  const text = JSON.stringify(errorBody({ code: error.code, message: error.message, remedy: error.remedy }))
  writeJson(response, status, text, status === 503 ? { 'retry-after': 1, ...headers } : headers)
}

/**
 * What may be said outside of a failure that is the system's fault: its code and where to find it in the log, not what
 * the handler threw.
 */
export function discreet(failure: Failure, responding: Responding): Failure {
  if (statusOf(failure.code) !== 500) return failure
  const id = failure.id ?? responding.newId()
  responding.log({
    level: 'error',
    message: `A request failed with ${failure.code}: ${failure.message}`,
    data: { id, code: failure.code },
  })
  return {
    type: 'failed',
    code: failure.code,
    message: 'The request failed inside the system; its log says how, under this id.',
    id,
  }
}

export function errorBody(failure: Omit<Failure, 'type'>): ErrorBody {
  const { code, message, remedy, issues, id } = failure
  return { error: { code, message, ...(remedy && { remedy }), ...(issues && { issues }), ...(id && { id }) } }
}

/**
 * Refuses a request whose body has not been received, so that the client gets to read why. If the connection were closed
 * with bytes of the body unread, the kernel would reset it and the response might be lost; so the response is written
 * whole, what still comes is thrown away for a moment, and then the connection ends.
 */
export function refuseBody(
  response: ServerResponse,
  error: SelfsameError,
  powers: { readonly clock: Clock; readonly lingerMs: number },
) {
  const request = response.req
  const text = JSON.stringify(errorBody({ code: error.code, message: error.message, remedy: error.remedy }))
  response.shouldKeepAlive = false
  response.writeHead(statusOf(error.code), {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  })
  response.write(text)
  const timer = powers.clock.after(powers.lingerMs, finish)
  function finish() {
    timer.cancel()
    request.off('end', finish).off('close', finish)
    response.end()
  }
  request
    .on('end', finish)
    .on('close', finish)
    .on('error', () => {})
  request.resume()
}
