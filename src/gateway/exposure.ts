/**
 * What a gateway shows to the outside: which contracts and routes, and what a path means. Pure.
 *
 * The rule of paths: `/healthz`, `/readyz`, `/openapi.json` and `/ws` are the gateway's; what names a message of an
 * exposed contract is that message; of everything else, the route with the longest prefix. Prefixes end at a slash:
 * `/api` serves `/api` and `/api/x`, not `/apis`.
 */
import { didYouMean, type SelfsameError } from '../base/index.ts'
import type { CodifiedContract, CodifiedGateway, CodifiedMessage } from '../component/codified.ts'
import { type Address, KEY_LENGTH_MAX, parseAddress } from '../turn/index.ts'
import { gatewayErrors } from './errors.ts'

export type Target =
  | { readonly type: 'own'; readonly name: OwnPath }
  /** `declared` is null for a message that the contract does not know: the router says so. */
  | {
      readonly type: 'message'
      readonly to: Address
      readonly message: string
      readonly declared: CodifiedMessage | null
    }
  | { readonly type: 'route'; readonly name: string }
  | { readonly type: 'refused'; readonly error: SelfsameError }

export type OwnPath = '/healthz' | '/readyz' | '/openapi.json' | '/ws'

export interface Exposure {
  /** Exposed contracts, in the order in which the gateway names them. */
  readonly contracts: readonly CodifiedContract[]
  /** What a path (without its query) means. */
  target(path: string): Target
  /** The entity that a frame names, if its component is exposed. */
  address(
    text: string,
  ): { readonly to: Address; readonly contract: CodifiedContract } | { readonly error: SelfsameError }
}

export function exposure(gateway: CodifiedGateway, contracts: ReadonlyMap<string, CodifiedContract>): Exposure {
  const exposed = new Map<string, CodifiedContract>()
  for (const name of gateway.expose) {
    const contract = contracts.get(name)
    if (contract !== undefined) exposed.set(name, contract)
  }
  const routes = Object.entries(gateway.routes)
    .map(([prefix, name]) => ({ prefix: prefix.endsWith('/') ? prefix.slice(0, -1) : prefix, name }))
    .sort((a, b) => b.prefix.length - a.prefix.length)

  const notExposed = (component: string) =>
    gatewayErrors.NOT_EXPOSED({ component, hint: didYouMean(component, [...exposed.keys()]) })

  function target(path: string): Target {
    if (isOwnPath(path)) return { type: 'own', name: path }
    const parts = messageParts(path)
    const contract = parts === null ? undefined : exposed.get(parts.component)
    const declared =
      parts && contract && Object.hasOwn(contract.messages, parts.message)
        ? contract.messages[parts.message]
        : undefined
    if (parts && declared) return message(parts, declared)
    const route = routes.find(
      ({ prefix }) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'),
    )
    if (route) {
      if (!hasDotSegment(path)) return { type: 'route', name: route.name }
      return refused(gatewayErrors.PATH_INVALID({ why: "it has a segment '.' or '..'" }))
    }
    if (parts === null) return refused(gatewayErrors.PATH_UNKNOWN({ path: path.slice(0, 200) }))
    return contract ? message(parts, null) : refused(notExposed(parts.component.slice(0, 200)))
  }

  function message(parts: MessageParts, declared: CodifiedMessage | null): Target {
    const key = decoded(parts.key)
    if (key === null) return refused(gatewayErrors.PATH_INVALID({ why: 'its percent-encoding is not UTF-8' }))
    const wrong = wrongInKey(key)
    if (wrong !== null) return refused(gatewayErrors.ADDRESS_INVALID({ why: wrong }))
    return { type: 'message', to: { component: parts.component, key }, message: parts.message, declared }
  }

  return {
    contracts: [...exposed.values()],
    target,
    address(text) {
      const to = parseAddress(text)
      if (to === undefined)
        return { error: gatewayErrors.ADDRESS_INVALID({ why: "it is not of the form 'component/key'" }) }
      const contract = exposed.get(to.component)
      if (contract === undefined) return { error: notExposed(to.component.slice(0, 200)) }
      const wrong = wrongInKey(to.key)
      return wrong === null ? { to, contract } : { error: gatewayErrors.ADDRESS_INVALID({ why: wrong }) }
    },
  }
}

type MessageParts = { readonly component: string; readonly key: string; readonly message: string }

/** The three parts of `/<component>/<key>/<message>`, the key still encoded; null for a path of another form. */
function messageParts(path: string): MessageParts | null {
  const second = path.indexOf('/', 1)
  if (second <= 1) return null
  const third = path.indexOf('/', second + 1)
  if (third === -1 || third === path.length - 1 || path.indexOf('/', third + 1) !== -1) return null
  return { component: path.slice(1, second), key: path.slice(second + 1, third), message: path.slice(third + 1) }
}

function decoded(part: string): string | null {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

/**
 * Keys are compared code unit by code unit, never normalised: the two ways to write an é are two keys. A lone
 * surrogate is refused, because no UTF-8 text can hold it: two keys would become one in the store.
 */
function wrongInKey(key: string): string | null {
  if (key.length === 0) return 'the key is empty'
  if (key.length > KEY_LENGTH_MAX) return `the key has ${key.length} characters`
  return key.isWellFormed() ? null : 'the key holds half of a surrogate pair'
}

function isOwnPath(path: string): path is OwnPath {
  return path === '/healthz' || path === '/readyz' || path === '/openapi.json' || path === '/ws'
}

/** As URL parsers see it: they resolve these, so a route would be handed a path that its prefix does not cover. */
function hasDotSegment(path: string): boolean {
  return path.includes('.') || path.includes('%2') ? /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)/i.test(path) : false
}

function refused(error: SelfsameError): Target {
  return { type: 'refused', error }
}
