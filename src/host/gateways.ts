/** Opens the gateways of a release, last of all: whoever gets a connection is served. */
import type { Random } from '../base/index.ts'
import { type Gateway, startGateway } from '../gateway/index.ts'
import type { Release } from '../release/index.ts'
import type { Log } from './log.ts'
import { machineClock } from './powers.ts'
import type { Wiring } from './wiring.ts'

export type OpenGateway = { readonly host: string; readonly gateway: Gateway }

const LOOPBACK = '127.0.0.1'

/** `listen` takes the place of what the system file says of its first gateway. @throws PORT_IN_USE, PORT_NOT_PERMITTED */
export async function openGateways(
  {
    random,
    release,
    listen,
    inspect,
    log,
  }: {
    readonly random: Random
    readonly release: Release
    readonly listen: { readonly host?: string | undefined; readonly port?: number | undefined }
    readonly inspect: boolean
    readonly log: Log
  },
  { router, edge, routes, supervisors }: Wiring,
): Promise<readonly OpenGateway[]> {
  const contracts = new Map(
    release.manifest.cells.flatMap(({ codified }) =>
      'contract' in codified ? [[codified.contract.name, codified.contract] as const] : [],
    ),
  )
  const readiness = () =>
    supervisors
      .map(({ status }) => status)
      .flatMap(({ name, state }) => (state === 'serving' ? [] : [`${name} is ${state}`]))
  const gateways: OpenGateway[] = []
  for (const [number, codified] of release.manifest.gateways.entries()) {
    const first = number === 0 ? listen : {}
    const host = first.host ?? codified.host ?? LOOPBACK
    const starting = startGateway({
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
      random,
      inspect,
      log: (line) => log.write({ from: 'gateway', ...line }),
    })
    // One that cannot listen refuses the start, and the ports that are open already are given back.
    const gateway = await starting.catch(async (error: unknown) => {
      await Promise.all(gateways.map(({ gateway }) => gateway.stop({ graceMs: 0 })))
      throw error
    })
    gateways.push({ host, gateway })
  }
  return gateways
}
