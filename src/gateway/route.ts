/**
 * Passes a request to a custom route and its response back, both as streams: nobody reads faster than the other side
 * takes, so neither a large upload nor a slow client costs memory.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../base/index.ts'
import { hasBody } from './body.ts'
import { gatewayErrors } from './errors.ts'
import { headerPairs } from './identity.ts'
import type { GatewayLimits } from './limits.ts'
import type { Headers, RoutePort, RouteResponse } from './ports.ts'
import { type Responding, refuseBody, writeError } from './respond.ts'

export type RoutePowers = {
  readonly routes: (name: string) => RoutePort | null
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly inspect: boolean
  readonly responding: Responding
}

/** Headers that speak about one hop, not about the request (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function passToRoute(
  what: {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly url: string
    readonly name: string
    readonly identity: string
  },
  powers: RoutePowers,
) {
  const { request, response, name } = what
  const { clock, limits, responding } = powers
  const port = powers.routes(name)
  if (port === null) return refuse(gatewayErrors.ROUTE_UNAVAILABLE({ route: name }))
  const url = `http://${request.headers.host ?? 'localhost'}${what.url}`
  if (!URL.canParse(url)) return refuse(gatewayErrors.PATH_INVALID({ why: 'host and path are not a URL' }))

  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new Error('The client has left.'))
  })
  const upload = { tooLarge: false }
  const bodiless = request.method === 'GET' || request.method === 'HEAD' || !hasBody(request)
  const answering = port({
    method: request.method ?? 'GET',
    url,
    headers: headerPairs(request.rawHeaders).filter(([header]) => !HOP_BY_HOP.has(header)),
    body: bodiless ? null : bounded(request, limits.routeBodyBytesMax, upload),
    caller: { identity: what.identity, connection: null },
    signal: gone.signal,
  })
  const head = powers.inspect ? answering : within(answering, { clock, timeoutMs: limits.routeTimeoutMs })
  head
    .then((answer) => {
      if (answer !== 'late')
        return stream(response, answer, { gone: gone.signal, clock, stallMs: limits.stallMs, responding })
      gone.abort(new Error('The route took too long.'))
      refuse(gatewayErrors.ROUTE_TIMEOUT({ route: name, timeoutMs: limits.routeTimeoutMs }))
    })
    .catch((error: unknown) => {
      if (gone.signal.aborted) return
      if (upload.tooLarge && !response.headersSent)
        return refuse(gatewayErrors.BODY_TOO_LARGE({ bytesMax: limits.routeBodyBytesMax }))
      responding.log({ level: 'error', message: `The route '${name}' failed.`, data: error })
      // It may be the answer that cannot be written: then the route is to stop making it.
      gone.abort(error)
      // A response that has begun can only be cut off: then the client sees that it is not whole.
      if (response.headersSent) response.destroy()
      else refuse(gatewayErrors.ROUTE_FAILED({ route: name }))
    })

  function refuse(error: ReturnType<typeof gatewayErrors.ROUTE_FAILED>) {
    if (response.headersSent || response.destroyed) return
    if (request.complete || !hasBody(request)) writeError(response, error, responding)
    else refuseBody(response, error, { clock, lingerMs: limits.lingerMs })
  }
}

async function* bounded(
  request: IncomingMessage,
  bytesMax: number,
  upload: { tooLarge: boolean },
): AsyncIterable<Uint8Array> {
  let bytes = 0
  // Node would destroy the connection when the route stops reading early; the response still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > bytesMax) {
      upload.tooLarge = true
      throw gatewayErrors.BODY_TOO_LARGE({ bytesMax })
    }
    yield chunk
  }
}

/** Writes a response as fast as the client takes it. Throws what the route throws, and what it must not answer. */
async function stream(
  response: ServerResponse,
  answer: RouteResponse,
  powers: {
    readonly gone: AbortSignal
    readonly clock: Clock
    readonly stallMs: number
    readonly responding: Responding
  },
): Promise<void> {
  const { status, body } = answer
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new Error(`A route answers with a status of 200 to 599, not ${status}.`)
  if (powers.responding.stopping()) response.shouldKeepAlive = false
  // Throws for a header that cannot be sent.
  response.writeHead(status, flat(answer.headers))
  if (status === 204 || status === 304 || response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.flushHeaders()
  for await (const chunk of body) {
    if (powers.gone.aborted) return
    if (chunk.length > 0 && !response.write(chunk)) await drained(response, powers)
  }
  response.end()
}

/** Resolves when the client has read what was written; a client that reads nothing for `stallMs` is cut off. */
function drained(response: ServerResponse, powers: { readonly clock: Clock; readonly stallMs: number }): Promise<void> {
  return new Promise((resolve) => {
    const timer = powers.clock.after(powers.stallMs, () => response.destroy())
    const settle = () => {
      timer.cancel()
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
}

function flat(headers: Headers): string[] {
  const list: string[] = []
  for (const [name, value] of headers) if (!HOP_BY_HOP.has(name.toLowerCase())) list.push(name, value)
  return list
}

function within<T>(
  promise: Promise<T>,
  powers: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = powers.clock.after(powers.timeoutMs, () => resolve('late'))
    promise.then(resolve, reject).finally(() => timer.cancel())
  })
}
