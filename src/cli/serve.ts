/** A host in the foreground, from the moment it serves to its end: by a signal, by `selfsame stop`, or by itself. */
import { startControl } from '../control/index.ts'
import type { Host } from '../host/index.ts'
import type { Release } from '../release/index.ts'
import { cliErrors } from './errors.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { selfsameVersion } from './package.ts'
import { harmless, shortDigest, urlOf } from './text.ts'
import type { Powers, StopSignal } from './verb.ts'

export type Served = {
  readonly host: Host
  readonly release: Pick<Release, 'digest'>
  readonly dataFolder: string
  readonly json: boolean
}

/** Resolves when the host has stopped. @throws CONTROL_IN_USE, CONTROL_SOCKET_FAILED, HOST_FAILED */
export async function serve(served: Served, powers: Powers): Promise<ExitCode> {
  const { host, dataFolder } = served
  const { pid, tempFolder, terminal } = powers
  // A reader of our output who goes away does not end the service.
  terminal.whenBroken(() => {})
  const control = await startControl({ host, dataFolder, selfsame: selfsameVersion(), pid, tempFolder }).catch(
    async (error: unknown) => {
      await host.stop()
      throw error
    },
  )
  const asked = Promise.race([control.stopped, firstSignal(powers)]).then(() => null)
  await announce(served, { control: control.path, powers })

  const end = await Promise.race([asked, host.ended])
  if (end?.failed !== true) await host.stop()
  await control.close()
  if (end?.failed === true) throw cliErrors.HOST_FAILED({ because: end.because })
  return EXIT_CODES.ok
}

/** Says where it serves; as JSON in one line, for whoever waits for it. */
async function announce(served: Served, { control, powers }: { control: string; powers: Powers }): Promise<void> {
  const { host, release, dataFolder, json } = served
  const { system, gateways } = await host.status()
  if (json) {
    const where = { state: 'serving', system, release: release.digest, pid: powers.pid, dataFolder, control }
    const ports = gateways.map(({ host, port }) => ({ host, port }))
    powers.terminal.out(JSON.stringify({ ...where, gateways: ports }))
    return
  }
  const urls = gateways.map((gateway) => urlOf(gateway)).join(', ')
  const name = `${harmless(system)} ${shortDigest(release.digest)}`
  powers.terminal.out(`${name} serves ${urls || 'no gateway'}, data in ${harmless(dataFolder)}`)
}

/** Resolves at the first signal; the second one ends the process. */
function firstSignal({ onSignal, terminal, exit }: Powers): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0
    onSignal((signal: StopSignal) => {
      signals++
      if (signals === 1) {
        terminal.err(`${signal}: stopping; once more ends at once`)
        resolve()
      } else exit(signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated)
    })
  })
}
