/**
 * Joins a release's cells with the router and the store: which items of a cell go where, and whom a supervisor tells
 * that its cell serves or has ended.
 */
import { type MessagePort, Worker } from 'node:worker_threads'
import { messageOf, type Random } from '../base/index.ts'
import { type Cell, type FromEdge, type FromRoute, stackMapper, startCell, type ToRoute } from '../cell/index.ts'
import type { CodifiedComponent, CodifiedConnector } from '../component/index.ts'
import type { CellImage, Release } from '../release/index.ts'
import { createRouter, type Router } from '../router/index.ts'
import type { StoreHandle } from '../store/index.ts'
import type { Answer, FromCell, ToCell } from '../turn/index.ts'
import { Edge } from './edge.ts'
import type { Log } from './log.ts'
import { outboundFetch } from './outbound-fetch.ts'
import { machineClock, sha256 } from './powers.ts'
import { RouteCell } from './route-port.ts'
import { Supervisor } from './supervisor.ts'
import { loadValidators } from './validators.ts'

const CELL_OUTPUT_CHARACTERS_MAX = 4_000

export type Contracted = CodifiedComponent | CodifiedConnector

export type Wiring = {
  readonly router: Router
  readonly edge: Edge
  readonly supervisors: readonly Supervisor[]
  readonly routes: ReadonlyMap<string, RouteCell>
  stopCells(options: { readonly graceMs: number }): Promise<void>
}

export function wire(parts: {
  random: Random
  release: Release
  store: StoreHandle<MessagePort>
  contracted: readonly Contracted[]
  configs: ReadonlyMap<string, unknown>
  secrets: ReadonlyMap<string, Readonly<Record<string, string>>>
  log: Log
  inspect: boolean
  cacheFolder: string
}): Wiring {
  const { random, release, store, contracted, configs, secrets, log, inspect, cacheFolder } = parts
  const supervisors = new Map<string, Supervisor>()
  const routes = new Map<string, RouteCell>()
  const mapStack = stackMapper((cell) => {
    const image = release.manifest.cells.find(({ name }) => name === cell)
    return image && new TextDecoder().decode(release.read(image.map.path))
  })
  const say = (from: string) => (line: { level: 'info' | 'warn' | 'error'; message: string; stack?: string }) => {
    const { stack, ...rest } = line
    log.write({ from, ...rest, ...(stack ? { data: withMappedStack({ stack }, mapStack) } : {}) })
  }

  const router = createRouter({
    clock: machineClock,
    random,
    digest: sha256,
    store,
    inspect,
    contracts: new Map(
      release.manifest.cells.flatMap((image) => {
        const { codified } = image
        if (codified.kind !== 'component' && codified.kind !== 'connector') return []
        const handles = codified.kind === 'component' ? codified.handles : { attached: false, detached: false }
        return [
          [
            image.name,
            { kind: codified.kind, contract: codified.contract, validators: loadValidators(release, image), handles },
          ],
        ] as const
      }),
    ),
    cells: { send: (component: string, item: ToCell) => supervisors.get(component)?.send(item) },
    fetch: (component, request) =>
      outboundFetch({ component, permitted: permittedHosts(contracted, component), request, fetch: globalThis.fetch }),
    log: (line) =>
      log.write({ ...line, ...(line.data === undefined ? {} : { data: withMappedStack(line.data, mapStack) }) }),
  })

  const edge = new Edge({ send: (item) => supervisors.get('edge')?.send(item) ?? false, log: say('edge') })
  const ownEpochs = new Map<string, number>()

  for (const image of release.manifest.cells) {
    const { name, codified } = image
    const contractual = codified.kind === 'component' || codified.kind === 'connector'
    if (codified.kind === 'route') {
      routes.set(
        name,
        new RouteCell({
          name,
          send: (item: ToRoute) => supervisors.get(name)?.send(item),
          call: (call) => callOfRoute(router, call),
          log: say(name),
        }),
      )
    }
    supervisors.set(
      name,
      new Supervisor({
        name,
        kind: codified.kind,
        digest: image.digest,
        clock: machineClock,
        async openEpoch() {
          if (contractual) return (await store.call('openEpoch', { component: name })).epoch
          const epoch = (ownEpochs.get(name) ?? 0) + 1
          ownEpochs.set(name, epoch)
          return epoch
        },
        start: (epoch) =>
          startOneCell(
            {
              release,
              image,
              epoch,
              store,
              inspect,
              cacheFolder,
              config: configs.get(name),
              secrets: secrets.get(name),
            },
            say(name),
          ),
        items(cell, items) {
          if (contractual) return router.receive(name, cell.epoch, items as readonly FromCell[])
          const own = items.filter((item) => !LIFE_ITEMS.has(item.type))
          for (const item of items)
            if (item.type === 'log') log.write({ level: 'info', from: name, message: item.message })
          if (codified.kind === 'edge') edge.receive(own as readonly FromEdge[])
          else routes.get(name)?.receive(own as readonly FromRoute[])
        },
        serving: (epoch) => (contractual ? router.cellReady(name, epoch) : undefined),
        async ended(end) {
          if (contractual) await router.cellEnded(name, { suspectTurn: end.suspectTurn })
          else if (codified.kind === 'edge') edge.ended()
          else routes.get(name)?.ended()
        },
        log: say(name),
      }),
    )
  }
  return {
    router,
    edge,
    routes,
    supervisors: [...supervisors.values()],
    async stopCells(how) {
      await Promise.all([...supervisors.values()].map((supervisor) => supervisor.stop(how)))
    },
  }
}

/** Items that tell of a cell's life; the supervisor hears of it otherwise. */
const LIFE_ITEMS: ReadonlySet<string> = new Set(['ready', 'stopped', 'load-failed', 'log'])

function startOneCell(
  parts: {
    release: Release
    image: CellImage
    epoch: number
    store: StoreHandle<MessagePort>
    inspect: boolean
    cacheFolder: string
    config: unknown
    secrets: Readonly<Record<string, string>> | undefined
  },
  say: (line: { level: 'info' | 'warn' | 'error'; message: string }) => void,
): Cell {
  const { release, image, epoch, store, inspect, cacheFolder, config, secrets = {} } = parts
  return startCell(
    {
      image,
      bytes: {
        script: release.read(image.script.path),
        validators: image.validators === null ? null : release.read(image.validators.path),
        map: release.read(image.map.path),
      },
      epoch,
      config: config === undefined ? null : JSON.stringify(config),
      secrets,
      storePort: image.codified.kind === 'edge' ? null : store.connectCell(image.name),
      inspect,
      cacheFolder,
    },
    {
      spawn: (entry, options) => new Worker(entry, options),
      clock: machineClock,
      digest: sha256,
      schedule: (flush) => void setImmediate(flush),
      output: (text, stream) =>
        say({
          level: stream === 'stderr' ? 'warn' : 'info',
          message: text.slice(0, CELL_OUTPUT_CHARACTERS_MAX).trimEnd(),
        }),
    },
  )
}

function callOfRoute(router: Router, call: Extract<FromRoute, { type: 'call' }>): Promise<Answer> {
  const { to, message, input, caller, read } = call
  if (read) return router.read({ to, message, input, caller, from: 'route' }).then(({ answer }) => answer)
  return router.request({ to, message, input, caller, idempotencyKey: null, from: 'route' })
}

function permittedHosts(contracted: readonly Contracted[], component: string): readonly string[] {
  const found = contracted.find(({ contract }) => contract.name === component)
  return found?.kind === 'component' ? found.permissions.fetch : []
}

/** Stacks of faults come in positions of the bundle; they are mapped where they are shown. */
function withMappedStack(data: unknown, mapStack: (stack: string) => string): unknown {
  if (typeof data !== 'object' || data === null || !('stack' in data) || typeof data.stack !== 'string') return data
  try {
    return { ...data, stack: mapStack(data.stack) }
  } catch (error) {
    return { ...data, stackNotMapped: messageOf(error) }
  }
}
