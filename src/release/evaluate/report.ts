/**
 * Runs in the throw-away worker of a build, beside the system that it evaluated: finds the codified form, and which
 * module exports which component. What it answers is plain data.
 */

import type { Finding } from '../../base/index.ts'
import { type CodifiedSystem, codifySystem, isAuthored, type System } from '../../component/index.ts'

/** `exports`: where the very value can be imported from; several places if it is exported again. */
export type Home = {
  readonly name: string
  readonly kind: 'component' | 'connector' | 'route'
  readonly exports: readonly { readonly module: string; readonly name: string }[]
}

export type Evaluated =
  | {
      readonly type: 'evaluated'
      readonly codified: CodifiedSystem
      readonly findings: readonly Finding[]
      readonly homes: readonly Home[]
    }
  | { readonly type: 'refused'; readonly because: string }

/** `modules`: the author's modules by name, the system file first. */
export function report(
  modules: readonly (readonly [name: string, exports: Readonly<Record<string, unknown>>])[],
): Evaluated {
  const system = modules[0]?.[1]['default']
  if (!isAuthored(system) || system.kind !== 'system') {
    return { type: 'refused', because: 'its default export was not made by system()' }
  }
  const { codified, findings } = codifySystem(system)
  const homeOf = (name: string, kind: Home['kind'], value: unknown): Home => ({
    name,
    kind,
    exports: modules.flatMap(([module, exports]) =>
      Object.entries(exports).flatMap(([exported, other]) => (other === value ? [{ module, name: exported }] : [])),
    ),
  })
  return {
    type: 'evaluated',
    codified,
    findings,
    homes: [
      ...system.components.map((component) => homeOf(component.contract.name, 'component', component)),
      ...system.connectors.map((connector) => homeOf(connector.contract.name, 'connector', connector)),
      ...[...routesOf(system, codified)].map(([name, route]) => homeOf(name, 'route', route)),
    ],
  }
}

/** Routes have the names that their gateway's codified form gives them. */
function routesOf(system: System, codified: CodifiedSystem): Map<string, unknown> {
  const routes = new Map<string, unknown>()
  for (const [i, gateway] of system.gateways.entries()) {
    for (const [path, route] of Object.entries(gateway.routes ?? {})) {
      const name = codified.gateways[i]?.routes[path]
      if (name !== undefined) routes.set(name, route)
    }
  }
  return routes
}
