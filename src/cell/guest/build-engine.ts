/** Chooses the engine for what the script exported, and checks that it is what the release says. */
import type { Validators } from '../../schema/index.ts'
import type { CellStart } from '../cell-items.ts'
import { edgeEngine, type SystemValue } from './edge/edge-engine.ts'
import {
  type ComponentValue,
  type ConnectorValue,
  componentEngine,
  connectorEngine,
  type EnginePorts,
} from './engine/index.ts'
import type { GuestEngine } from './guest-engine.ts'
import { refused } from './realm/errors.ts'
import { type WebParts, worldFetch } from './realm/fetch.ts'
import type { App } from './route/exchange.ts'
import { routeEngine } from './route/route-engine.ts'

type Given = {
  readonly start: CellStart
  readonly validators: Validators
  readonly web: WebParts | null
  readonly ports: Omit<EnginePorts, 'toHost'> & { readonly toHost: Parameters<typeof routeEngine>[0]['toHost'] }
}

/** The `kind` that the authoring calls put on what they make. */
const KINDS = { component: 'component', connector: 'connector', route: 'route', edge: 'system' } as const

export function buildEngine(value: unknown, given: Given): GuestEngine {
  const { start, validators, web, ports } = given
  const { codified } = start
  assertKind(value, KINDS[codified.kind])
  switch (codified.kind) {
    case 'component': {
      const engine = componentEngine({
        component: value as unknown as ComponentValue,
        codified,
        validators,
        config: start.config === null ? undefined : JSON.parse(start.config),
        epoch: start.epoch,
        limits: start.limits,
        ports,
        makeFetch: (world) => (web === null ? refused('fetch', 'permissions.fetch') : worldFetch(web, world)),
      })
      return onlyTurns(engine)
    }
    case 'connector': {
      const engine = connectorEngine({
        connector: value as unknown as ConnectorValue,
        codified,
        validators,
        secrets: start.secrets,
        epoch: start.epoch,
        ports,
      })
      return onlyTurns(engine)
    }
    case 'route':
      return routeEngine({ app: (value as unknown as { app: App }).app, toHost: ports.toHost, toStore: ports.toStore })
    case 'edge':
      return edgeEngine({ system: value as unknown as SystemValue, toHost: ports.toHost })
    default:
      return codified satisfies never
  }
}

/** The host sends a cell only items of its kind; the type says so here, once. */
function onlyTurns(engine: { receive(items: never): void; receiveStore: GuestEngine['receiveStore'] }): GuestEngine {
  return { receive: (items) => engine.receive(items as never), receiveStore: (items) => engine.receiveStore(items) }
}

function assertKind(value: unknown, kind: string): asserts value is { readonly kind: string } {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== kind) {
    throw new TypeError(`its default export is no ${kind}`)
  }
}
