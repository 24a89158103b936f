/** A system's routes, called without a gateway: the longest path prefix wins, and the world is the test system. */
import type { Contract, Route, System, World } from '../component/index.ts'
import type { Caller } from '../turn/index.ts'
import type { Boot } from './boot.ts'
import { callable } from './callable.ts'
import { testkitErrors } from './errors.ts'

/** @throws NO_ROUTE */
export function answerByRoute(
  boot: Boot,
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
  const at = (to: Contract, key: string) => callable(() => boot, { to, key, caller, from: 'route' })
  const world = {
    ask: at,
    send: at,
    list: (of: Contract, page: Parameters<World['list']>[1]) => boot.list(of.name, page),
  }
  return Promise.resolve(found[1].app.fetch(request, world as unknown as World))
}
