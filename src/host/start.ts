/**
 * Starts a host: opens the store, starts every cell of the release on the one path by which cells come to life, lets
 * the router take up what was under way, and opens the gateways last, so that whoever gets a connection is served.
 */
import { close as closeInspector, open as openInspector } from 'node:inspector'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../base/index.ts'
import { type Cell, type FromEdge, type FromRoute, stackMapper, startCell, type ToRoute } from '../cell/index.ts'
import type { CodifiedComponent, CodifiedConnector } from '../component/index.ts'
import { type Gateway, startGateway } from '../gateway/index.ts'
import type { CellImage, Release } from '../release/index.ts'
import { createRouter, type Router } from '../router/index.ts'
import { type StoreHandle, startStore } from '../store/index.ts'
import type { Answer, FromCell, ToCell } from '../turn/index.ts'
import { resolveConfig, resolveSecrets } from './configuration.ts'
import { Edge } from './edge.ts'
import type { Host, LogLine } from './host.ts'
import { createLog } from './log.ts'
import { outboundFetch } from './outbound-fetch.ts'
import { machineClock, machineRandom, sha256 } from './powers.ts'
import { keepRelease } from './release-copy.ts'
import { RouteCell } from './route-port.ts'
import { RunningHost } from './running-host.ts'
import { Supervisor } from './supervisor.ts'
import { loadValidators } from './validators.ts'

/** The runtime that a generation is of; changes whenever what we do with the same release may differ. */
export const RUNTIME_VERSION = '0.1.0'
const CELL_OUTPUT_CHARACTERS_MAX = 4_000

export type StartHost = {
  readonly release: Release
  /** Must exist. */
  readonly dataFolder: string
  /** One section per component that declares config. */
  readonly config: unknown
  /** Where connectors' secrets are taken from. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** In place of what the system file says of its first gateway. */
  readonly listen?: { readonly host?: string | undefined; readonly port?: number | undefined }
  /** Port of the inspector, or null. With it, watchdogs and deadlines are suspended. */
  readonly inspect: number | null
  readonly log: (line: LogLine) => void
}

type Contracted = CodifiedComponent | CodifiedConnector

/**
 * Resolves when everything serves.
 * @throws CONFIG_INVALID, CONFIG_UNKNOWN, SECRET_MISSING, the store's codes, CELL_LOAD_FAILED, CELL_START_TIMEOUT,
 * PORT_IN_USE, PORT_NOT_PERMITTED; then nothing of it runs any more.
 */
export async function startHost(options: StartHost): Promise<Host> {
  const { dataFolder, inspect } = options
  const images = options.release.manifest.cells
  const contracted = images.map(({ codified }) => codified).filter((codified) => 'contract' in codified)
  const components = contracted.filter((codified) => codified.kind === 'component')
  const configs = resolveConfig(components, options.config)
  const connectors = contracted.filter((codified) => codified.kind === 'connector')
  const secrets = resolveSecrets(connectors, options.secrets)

  const log = createLog({ folder: join(dataFolder, 'log'), nowMs: machineClock.nowMs, echo: options.log })
  const opened: { close(): Promise<void> | void }[] = []
  const unwind = async () => {
    for (const part of opened.reverse()) await part.close()
  }
  try {
    const store = await startStore({ dataFolder })
    opened.push(store)
    const release = await keepRelease(options.release, { dataFolder, suffix: machineRandom.hex(4) })
    if (inspect !== null) {
      openInspector(inspect, '127.0.0.1')
      opened.push({ close: closeInspector })
    }
    const wiring = wire({ release, store, contracted, configs, secrets, log, inspect: inspect !== null })
    opened.push({ close: () => wiring.stopCells({ graceMs: 0 }) })
    store.onVerdicts((verdicts) => wiring.router.verdicts(verdicts))
    await Promise.all(wiring.supervisors.map((supervisor) => supervisor.start()))
    const { generation } = await store.call('activate', {
      release: release.digest,
      runtime: RUNTIME_VERSION,
      node: process.version,
      nowMs: machineClock.nowMs(),
    })
    await declareSchedules(store, release)
    await wiring.router.start()
    const gateways = await openGateways({ ...options, release }, wiring, log)
    opened.push({
      close: async () => void (await Promise.all(gateways.map(({ gateway }) => gateway.stop({ graceMs: 0 })))),
    })
    log.write({
      level: 'info',
      from: 'host',
      message: `generation ${generation} of ${release.manifest.system} serves`,
      data: { release: release.digest, gateways: gateways.map(({ host, gateway }) => `${host}:${gateway.port}`) },
    })
    return new RunningHost({
      release,
      store,
      dataFolder,
      log,
      gateways,
      contracted,
      inspecting: inspect !== null,
      ...wiring,
    })
  } catch (error) {
    await unwind()
    throw error
  }
}

export type Wiring = {
  readonly router: Router
  readonly edge: Edge
  readonly supervisors: readonly Supervisor[]
  readonly routes: ReadonlyMap<string, RouteCell>
  stopCells(options: { readonly graceMs: number }): Promise<void>
}

function wire(parts: {
  release: Release
  store: StoreHandle<import('node:worker_threads').MessagePort>
  contracted: readonly Contracted[]
  configs: ReadonlyMap<string, unknown>
  secrets: ReadonlyMap<string, Readonly<Record<string, string>>>
  log: ReturnType<typeof createLog>
  inspect: boolean
}): Wiring {
  const { release, store, contracted, configs, secrets, log, inspect } = parts
  const supervisors = new Map<string, Supervisor>()
  const routes = new Map<string, RouteCell>()
  const mapStack = stackMapper((cell) => {
    const image = release.manifest.cells.find(({ name }) => name === cell)
    return image && new TextDecoder().decode(release.read(image.map.path))
  })
  const say = (from: string) => (line: { level: 'info' | 'warn' | 'error'; message: string; stack?: string }) => {
    const { stack, ...rest } = line
    log.write({ from, ...rest, ...(stack ? { data: { stack: mapStack(stack) } } : {}) })
  }

  const router = createRouter({
    clock: machineClock,
    random: machineRandom,
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

  const edge = new Edge({ send: (item) => supervisors.get('edge')?.send(item), log: say('edge') })
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
            { release, image, epoch, store, inspect, config: configs.get(name), secrets: secrets.get(name) },
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
    store: StoreHandle<import('node:worker_threads').MessagePort>
    inspect: boolean
    config: unknown
    secrets: Readonly<Record<string, string>> | undefined
  },
  say: (line: { level: 'info' | 'warn' | 'error'; message: string }) => void,
): Cell {
  const { release, image, epoch, store, inspect, config, secrets = {} } = parts
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

async function openGateways(
  { release, listen = {}, inspect }: StartHost,
  { router, edge, routes, supervisors }: Wiring,
  log: ReturnType<typeof createLog>,
): Promise<readonly { readonly host: string; readonly gateway: Gateway }[]> {
  const contracts = new Map(
    release.manifest.cells.flatMap(({ codified }) =>
      'contract' in codified ? [[codified.contract.name, codified.contract] as const] : [],
    ),
  )
  const readiness = () =>
    supervisors
      .map(({ status }) => status)
      .flatMap(({ name, state }) => (state === 'serving' ? [] : [`${name} is ${state}`]))
  const gateways: { host: string; gateway: Gateway }[] = []
  for (const [number, codified] of release.manifest.gateways.entries()) {
    const first = number === 0 ? listen : {}
    const host = first.host ?? codified.host ?? '127.0.0.1'
    const gateway = await startGateway({
      codified,
      system: release.manifest.system,
      listen: { host, port: first.port ?? codified.port },
      contracts,
      router,
      authenticate: codified.authenticates ? (facts) => edge.authenticate({ gateway: number, ...facts }) : null,
      routes: (name) => {
        const route = routes.get(name)
        const serves = supervisors.some(({ status }) => status.name === name && status.state === 'serving')
        return route !== undefined && serves ? (request) => route.answer(request) : null
      },
      readiness,
      limits: {},
      clock: machineClock,
      random: machineRandom,
      inspect: inspect !== null,
      log: (line) => log.write({ from: 'gateway', ...line }),
    })
    gateways.push({ host, gateway })
  }
  return gateways
}

async function declareSchedules(store: StoreHandle<unknown>, release: Release): Promise<void> {
  const schedules = Object.entries(release.manifest.schedules).map(([name, schedule]) => ({
    name,
    everyMs: schedule.everyMs,
    to: { component: schedule.component, key: schedule.key },
    message: schedule.message,
    input: schedule.input,
  }))
  await store.call('schedules', { nowMs: machineClock.nowMs(), schedules })
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
