/**
 * Starts a host: opens the store, starts every cell of the release on the one path by which cells come to life, lets
 * the router take up what was under way, and opens the gateways last, so that whoever gets a connection is served.
 */

import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { close as closeInspector, url as inspectorUrl, open as openInspector } from 'node:inspector'
import { join } from 'node:path'
import type { Release } from '../release/index.ts'
import { type StoreHandle, startStore } from '../store/index.ts'
import { resolveConfig, resolveSecrets } from './configuration.ts'
import { hostErrors } from './errors.ts'
import { openGateways } from './gateways.ts'
import type { Host, LogLine } from './host.ts'
import { createLog } from './log.ts'
import { machineClock, machineRandom } from './powers.ts'
import { keepRelease } from './release-copy.ts'
import { RunningHost } from './running-host.ts'
import { wire } from './wiring.ts'

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

/**
 * Resolves when everything serves.
 * @throws CONFIG_INVALID, CONFIG_UNKNOWN, SECRET_MISSING, the store's codes, INSPECTOR_UNAVAILABLE, CELL_LOAD_FAILED,
 * CELL_START_TIMEOUT, PORT_IN_USE, PORT_NOT_PERMITTED; then nothing of it runs any more.
 */
export async function startHost(options: StartHost): Promise<Host> {
  const { dataFolder, inspect } = options
  const images = options.release.manifest.cells
  const contracted = images.map(({ codified }) => codified).filter((codified) => 'contract' in codified)
  const components = contracted.filter((codified) => codified.kind === 'component')
  const configs = resolveConfig(components, options.config)
  const connectors = contracted.filter((codified) => codified.kind === 'connector')
  const secrets = resolveSecrets(connectors, options.secrets)

  const random = machineRandom()
  const log = createLog({ folder: join(dataFolder, 'log'), nowMs: machineClock.nowMs, echo: options.log })
  const opened: { close(): Promise<void> | void }[] = []
  const unwind = async () => {
    for (const part of opened.reverse()) await part.close()
  }
  try {
    const store = await startStore({ dataFolder })
    opened.push(store)
    const release = await keepRelease(options.release, { dataFolder, suffix: random.hex(4) })
    if (inspect !== null) {
      openInspector(inspect, '127.0.0.1')
      // Node says on stderr that it could not, and throws nothing.
      if (inspectorUrl() === undefined) throw hostErrors.INSPECTOR_UNAVAILABLE({ port: inspect })
      opened.push({ close: closeInspector })
    }
    // What cells compile of our own sources is kept: half the time of a cell's start.
    const cacheFolder = join(dataFolder, 'cache')
    await mkdir(cacheFolder, { recursive: true })
    const wiring = wire({
      random,
      release,
      store,
      contracted,
      configs,
      secrets,
      log,
      cacheFolder,
      inspect: inspect !== null,
    })
    opened.push({ close: () => wiring.stopCells({ graceMs: 0 }) })
    store.onVerdicts((verdicts) => wiring.router.verdicts(verdicts))
    await Promise.all(wiring.supervisors.map((supervisor) => supervisor.start()))
    const { generation } = await store.call('activate', {
      release: release.digest,
      runtime: runtimeVersion(),
      node: process.version,
      nowMs: machineClock.nowMs(),
    })
    await declareSchedules(store, release)
    opened.push({ close: () => wiring.router.stop() })
    await wiring.router.start()
    const { listen = {} } = options
    const gateways = await openGateways({ random, release, listen, inspect: inspect !== null, log }, wiring)
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
      closeInspector: inspect === null ? () => {} : closeInspector,
      ...wiring,
    })
  } catch (error) {
    await unwind()
    throw error
  }
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

/** The runtime that a generation is of: what we do with the same release may differ from version to version. */
function runtimeVersion(): string {
  // Above `src` in the sources, and above `lib` in the package.
  const path = join(import.meta.dirname, '../../package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
