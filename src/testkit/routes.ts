/** A system's routes, called without a gateway: the longest path prefix wins, and the world is the test system. */
import type { Contract, Route, System, World } from '../component/index.ts'
import type { Caller } from '../turn/index.ts'
import { type Callee, callable } from './callable.ts'
import { testkitErrors } from './errors.ts'

export type Routed = Callee & { list(component: string, page: Page): Promise<string[]> }
type Page = Parameters<World['list']>[1]

/** @throws NO_ROUTE */
export function answerByRoute(
  life: Routed,
  system: System,
  call: { request: Request; caller: Caller },
): Promise<Response> {
  const { request, caller } = call
  const path = new URL(request.url).pathname
  const routes = system.gateways.flatMap((gateway) => Object.entries<Route>(gateway.routes ?? {}))
  const [found] = routes
    .filter(([prefix]) => prefix === '/' || path === prefix || path.startsWith(`${prefix}/`))
    .sort(([a], [b]) => b.length - a.length)
  if (found === undefined) throw testkitErrors.NO_ROUTE({ path })
  const at = (to: Contract, key: string) => callable(() => life, { to, key, caller, from: 'route' })
  const world = {
    ask: at,
    send: at,
    list: (of: Contract, page: Page) => life.list(of.name, page),
  }
  return Promise.resolve(found[1].app.fetch(request, world as unknown as World))
}
