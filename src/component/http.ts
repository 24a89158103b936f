/** A gateway: where a system can be reached over HTTP and WebSocket, and who may be told what. */
import { didYouMean } from '../base/index.ts'
import type { Contract } from './contract.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import type { Maybe } from './leftovers.ts'
import type { Route } from './route.ts'

export type HttpOptions = {
  /** 0 asks the system for a free one. */
  readonly port: number
  /** The address to listen on. @default the host's, which is the loopback address unless it was started otherwise */
  readonly host?: string
  /** Public messages of these contracts can be sent by anyone who gets past `authenticate`. */
  readonly expose: readonly Contract[]
  /** Names the caller, or throws; without it everyone is 'anonymous'. */
  readonly authenticate?: (request: Request) => Maybe<string>
  /** By path prefix; the longest one wins. */
  readonly routes?: Record<`/${string}`, Route>
}

export type Http = HttpOptions & { readonly kind: 'http' }

const FIELDS: readonly string[] = ['port', 'host', 'expose', 'authenticate', 'routes']
const PORT_MAX = 65_535

/** @throws GATEWAY_INVALID */
export function http(options: HttpOptions): Http {
  const unknown = Object.keys(options).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) refuse(`it has no '${unknown}'.${didYouMean(unknown, FIELDS)}`)
  const { port, host, expose, routes = {} } = options
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
    refuse(`its port is ${String(port)}, expected 0 to ${PORT_MAX}`)
  if (host !== undefined && (typeof host !== 'string' || host === '')) refuse('its host is not the name of an address')
  if (!Array.isArray(expose)) refuse("'expose' is not a list of contracts")
  for (const [path, route] of Object.entries(routes)) {
    if (!path.startsWith('/')) refuse(`the route '${path}' does not begin with '/'`)
    if (route?.kind !== 'route') refuse(`the route '${path}' is not made by route()`)
  }
  return Object.freeze({
    ...options,
    kind: 'http' as const,
    expose: Object.freeze([...expose]),
    routes: freezePlain({ ...routes }),
  })
}

function refuse(because: string): never {
  throw componentErrors.GATEWAY_INVALID({ because })
}
