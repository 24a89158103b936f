/**
 * One HTTP request: decide what it is for, who sends it, receive it, hand it on, answer. The path of a message is hot:
 * no stream wrappers, one write, and a promise only where somebody else has to be waited for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, SelfsameError } from '../base/index.ts'
import type { CodifiedMessage } from '../component/codified.ts'
import type { Address, Payload } from '../turn/index.ts'
import { type BodyBudget, hasBody, receiveBody, whyNotJson } from './body.ts'
import { gatewayErrors } from './errors.ts'
import type { Exposure, OwnPath } from './exposure.ts'
import { type Callers, factsOf } from './identity.ts'
import { type GatewayLimits, IDEMPOTENCY_KEY_LENGTH_MAX } from './limits.ts'
import { foreignOrigin } from './origin.ts'
import type { GatewayRouter, RoutePort } from './ports.ts'
import { type Responding, type ResponseHeaders, refuseBody, writeAnswer, writeError, writeJson } from './respond.ts'
import { passToRoute } from './route.ts'

export type HttpPowers = {
  readonly exposure: Exposure
  readonly router: GatewayRouter
  readonly callers: Callers
  readonly routes: (name: string) => RoutePort | null
  readonly readiness: () => readonly string[]
  readonly openapi: string
  readonly limits: GatewayLimits
  readonly clock: Clock
  /** Deadlines are off while somebody debugs. */
  readonly inspect: boolean
  readonly responding: Responding
}

type Message = { readonly to: Address; readonly message: string; readonly declared: CodifiedMessage | null }

/** Makes the handler of `request` events. */
export function httpHandler(powers: HttpPowers): (request: IncomingMessage, response: ServerResponse) => void {
  const { exposure, router, callers, limits, clock, responding } = powers
  const budget: BodyBudget = { used: 0 }
  let inFlight = 0

  function refuse(response: ServerResponse, error: SelfsameError, headers?: ResponseHeaders) {
    const request = response.req
    const declared = request.headers['content-length']
    const small =
      declared === undefined
        ? request.headers['transfer-encoding'] === undefined
        : Number(declared) <= limits.bodyBytesMax
    if (small || request.complete) writeError(response, error, responding, headers)
    else refuseBody(response, error, { clock, lingerMs: limits.lingerMs })
  }

  function fault(response: ServerResponse, error: unknown) {
    writeError(response, gatewayErrors.GATEWAY_FAULT({}), responding)
    responding.log({ level: 'error', message: 'The gateway could not answer a request.', data: error })
  }

  function own(request: IncomingMessage, response: ServerResponse, name: OwnPath) {
    if (name === '/ws') return refuse(response, gatewayErrors.UPGRADE_REQUIRED({}), { upgrade: 'websocket' })
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, response, 'GET')
    switch (name) {
      case '/healthz':
        return writeJson(response, 200, '{"status":"alive"}', NOT_STORED)
      case '/readyz': {
        const because = responding.stopping() ? ['The host stops.'] : powers.readiness()
        const ready = because.length === 0
        const text = JSON.stringify(ready ? { status: 'ready' } : { status: 'not ready', because })
        return writeJson(response, ready ? 200 : 503, text, NOT_STORED)
      }
      case '/openapi.json':
        return writeJson(response, 200, powers.openapi)
      default:
        name satisfies never
    }
  }

  function refuseMethod(request: IncomingMessage, response: ServerResponse, allow: string) {
    refuse(response, gatewayErrors.METHOD_NOT_ALLOWED({ method: request.method ?? '', allow }), { allow })
  }

  function message(request: IncomingMessage, response: ServerResponse, target: Message, query: string) {
    const read = target.declared?.read === true
    const { method } = request
    // POST of a read is for inputs that do not fit into a URL.
    const getting = method === 'GET' || method === 'HEAD'
    if (method !== 'POST' && !(getting && (read || target.declared === null))) {
      return refuseMethod(request, response, read ? 'GET, POST' : 'POST')
    }
    const foreign = foreignOrigin(request.headers)
    if (foreign !== null) return refuse(response, gatewayErrors.ORIGIN_REFUSED({ origin: foreign }))
    const key = request.headers['idempotency-key']
    if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > IDEMPOTENCY_KEY_LENGTH_MAX)) {
      return refuse(response, gatewayErrors.IDEMPOTENCY_KEY_INVALID({ lengthMax: IDEMPOTENCY_KEY_LENGTH_MAX }))
    }
    if (inFlight >= limits.requestsInFlightMax)
      return refuse(response, gatewayErrors.GATEWAY_OVERLOADED({ what: 'requests' }))

    const deliver = (input: Payload, identity: string) => {
      inFlight++
      const asked = {
        to: target.to,
        message: target.message,
        input,
        caller: { identity, connection: null },
        from: 'gateway',
      } as const
      const answered =
        read || getting
          ? router.read(asked).then(({ answer }) => answer)
          : router.request({ ...asked, idempotencyKey: key ?? null })
      answered.then(
        (answer) => {
          inFlight--
          writeAnswer(response, answer, responding)
        },
        (error) => {
          inFlight--
          fault(response, error)
        },
      )
    }
    const receive = (identity: string) => {
      if (getting) {
        const input = inputOfQuery(query)
        return 'error' in input ? refuse(response, input.error) : deliver(input.text, identity)
      }
      if (!hasBody(request)) return deliver(null, identity)
      receiveBody(request, {
        limits,
        budget,
        done: (body) => {
          if ('text' in body) deliver(body.text, identity)
          else if (request.complete) writeError(response, body.error, responding)
          else refuseBody(response, body.error, { clock, lingerMs: limits.lingerMs })
        },
      })
    }
    identified(request, response, receive)
  }

  function identified(request: IncomingMessage, response: ServerResponse, then: (identity: string) => void) {
    if (callers.anonymous !== null) return then(callers.anonymous)
    callers
      .identify(factsOf(request))
      .then((caller) => {
        if ('identity' in caller) then(caller.identity)
        else refuse(response, caller.error)
      })
      .catch((error) => fault(response, error))
  }

  return (request, response) => {
    try {
      const url = originForm(request.url ?? '')
      const queryAt = url.indexOf('?')
      const path = queryAt === -1 ? url : url.slice(0, queryAt)
      if (!path.startsWith('/'))
        return refuse(response, gatewayErrors.PATH_INVALID({ why: 'it does not begin with a slash' }))
      const target = exposure.target(path)
      switch (target.type) {
        case 'message':
          return message(request, response, target, queryAt === -1 ? '' : url.slice(queryAt + 1))
        case 'own':
          return own(request, response, target.name)
        case 'route':
          return identified(request, response, (identity) => {
            passToRoute({ request, response, url, name: target.name, identity }, powers)
          })
        case 'refused':
          return refuse(response, target.error)
        default:
          target satisfies never
      }
    } catch (error) {
      fault(response, error)
    }
  }
}

const NOT_STORED = { 'cache-control': 'no-store' }

/** `/path?query`, also of the absolute form that proxies may send. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url
  const authority = /^https?:\/\/[^/?#]*/i.exec(url)
  if (authority === null) return url
  const rest = url.slice(authority[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** `?input=<json>`, the only parameter there is. */
function inputOfQuery(query: string): { text: Payload } | { error: SelfsameError } {
  if (query === '') return { text: null }
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys()) {
    if (name !== 'input')
      return { error: gatewayErrors.QUERY_INVALID({ why: `it has a parameter '${name.slice(0, 40)}'` }) }
  }
  const inputs = parameters.getAll('input')
  const text = inputs[0] ?? ''
  if (inputs.length > 1) return { error: gatewayErrors.QUERY_INVALID({ why: "it has more than one 'input'" }) }
  if (text === '') return { text: null }
  const why = whyNotJson(text)
  return why === null ? { text } : { error: gatewayErrors.QUERY_INVALID({ why: `'input' is not JSON: ${why}` }) }
}
