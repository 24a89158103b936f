/**
 * `selfsame run [dir|release]`: the host in the foreground. Ends gracefully on the first SIGTERM or SIGINT or on
 * `selfsame stop`, at once on the second signal; either way nothing that was acknowledged is lost.
 */
import { resolve } from 'node:path'
import type { Release } from '../../release/index.ts'
import { makeDataFolder } from '../data-folder.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { logText } from '../log-text.ts'
import { buildProject, isRelease, showFindings } from '../project.ts'
import { readConfig, readSecrets } from '../read-files.ts'
import { serve } from '../serve.ts'
import { wholeOption } from '../values.ts'
import type { Input, Powers, Verb } from '../verb.ts'
import { dataFolderOf } from '../with-host.ts'

const PORT_MAX = 65_535
const INSPECT_PORT = '9229'

export const run: Verb = {
  name: 'run',
  summary: 'run a system in the foreground',
  usage: ['run [dir|release] [--data <folder>] [--port <n>] [--config <file>] [--secrets <file>]'],
  takes: ['<dir|release>?'],
  options: {
    data: {
      value: '<folder>',
      about: 'where its state lies (default: ./data, or SELFSAME_DATA); made if it is not there',
    },
    port: { value: '<n>', about: 'port of the gateway, instead of the one in the system file; 0 takes a free one' },
    host: { value: '<address>', about: 'address that the gateway listens on' },
    config: { value: '<file>', about: 'JSON file with one section per component' },
    secrets: { value: '<file>', about: 'file of NAME=value lines, before the environment' },
    inspect: {
      value: 'port',
      bare: INSPECT_PORT,
      about: `for a debugger; suspends watchdogs and deadlines (default: ${INSPECT_PORT})`,
    },
  },
  notes: [
    'A project folder is built first, a release folder is opened. With --json, one line on stdout says where it serves;',
    'the log goes to stderr. The first SIGINT or SIGTERM ends gracefully (exit code 0), the second one at once.',
  ],
  async run(input, powers) {
    const { terminal, cwd } = powers
    const dataFolder = dataFolderOf(input, powers)
    const settings = settingsOf(input, powers)
    const release = await releaseAt({ folder: resolve(cwd, input.positionals[0] ?? '.'), terminal })
    if (release === null) return EXIT_CODES.failed
    makeDataFolder(dataFolder)

    // Until it serves, a signal ends the process at once: there is nothing yet to end gracefully.
    const { startHost } = await import('../../host/index.ts')
    const host = await startHost({
      release,
      dataFolder,
      ...settings,
      log: (line) => terminal.err(input.json ? JSON.stringify(line) : logText(line, terminal.paintErr)),
    })
    return serve({ host, release, dataFolder, json: input.json }, powers)
  },
}

function settingsOf(input: Input, { cwd, env }: Powers) {
  const config = input.text('config')
  const secrets = input.text('secrets')
  return {
    config: config === undefined ? {} : readConfig({ option: '--config', path: resolve(cwd, config) }),
    secrets: {
      ...env,
      ...(secrets === undefined ? {} : readSecrets({ option: '--secrets', path: resolve(cwd, secrets) })),
    },
    listen: { host: input.text('host'), port: wholeOption({ input, option: 'port', min: 0, max: PORT_MAX }) },
    inspect: wholeOption({ input, option: 'inspect', min: 0, max: PORT_MAX }) ?? null,
  }
}

/** null: the project was refused, and the findings are shown. */
async function releaseAt({
  folder,
  terminal,
}: {
  folder: string
  terminal: Powers['terminal']
}): Promise<Release | null> {
  if (isRelease(folder)) {
    const { openRelease } = await import('../../release/index.ts')
    return openRelease(folder)
  }
  const { release, findings } = await buildProject({ dir: folder, out: undefined, terminal })
  if (findings.length > 0) showFindings(findings, { terminal, to: 'err' })
  return release
}
