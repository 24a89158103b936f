/** `route(app)` mounts any web-standard `fetch` handler, such as a Hono app: stateless, concurrent, may stream. */
import type { Calls } from './calls.ts'
import type { Contract, KeyOf, Others } from './contract.ts'
import { componentErrors } from './errors.ts'
import type { Maybe } from './leftovers.ts'
import type { Reader } from './turn.ts'

/** A route's second argument (Hono: `c.env`). It is no turn and commits nothing, so it may wait for any reply. */
export interface World extends Reader {
  send<T extends Contract>(to: T, key: KeyOf<T>): Calls<T, Others>
}

export type WebApp = { fetch(request: Request, world: World): Maybe<Response> }

export type Route = { readonly kind: 'route'; readonly app: WebApp }

/** @throws ROUTE_INVALID */
export function route(app: WebApp): Route {
  if (typeof app?.fetch !== 'function') throw componentErrors.ROUTE_INVALID({})
  return Object.freeze({ kind: 'route', app })
}
