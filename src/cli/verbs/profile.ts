/** `selfsame profile <cell>`: a CPU profile or a heap snapshot, for Chrome's DevTools or an editor. */
import { resolve } from 'node:path'
import { PROFILE_MS_MAX } from '../../control/index.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { harmless, span } from '../text.ts'
import { durationOption } from '../values.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

const DURATION_DEFAULT_MS = 10_000

export const profile: Verb = {
  name: 'profile',
  summary: 'write a CPU profile or a heap snapshot of a cell',
  usage: ['profile <cell> --cpu [--duration 10s] [--out <file>]', 'profile <cell> --heap [--out <file>]'],
  takes: ['<cell>'],
  options: {
    ...HOST_OPTIONS,
    cpu: { about: 'a CPU profile (.cpuprofile)' },
    heap: { about: 'a heap snapshot (.heapsnapshot); the cell stands still while it is taken' },
    duration: { value: '<10s>', about: 'how long a CPU profile takes (default: 10s)' },
    out: { value: '<file>', about: 'where to write it (default: <cell>-<time>.cpuprofile or .heapsnapshot)' },
  },
  async run(input, powers) {
    const { terminal } = powers
    const cell = input.argument(0)
    if (input.flag('cpu') === input.flag('heap')) {
      throw cliErrors.OPTION_INVALID({
        option: 'profile',
        expected: 'either --cpu or --heap',
        got: input.flag('cpu') ? 'both' : 'neither',
      })
    }
    const kind = input.flag('cpu') ? 'cpu' : 'heap'
    const durationMs = durationOption({ input, option: 'duration', max: PROFILE_MS_MAX }) ?? DURATION_DEFAULT_MS
    const time = new Date(powers.nowMs()).toISOString().replace(/[-:]|\.\d+/g, '')
    const name = `${cell.replace(/[^\w.-]/g, '_')}-${time}.${kind === 'cpu' ? 'cpuprofile' : 'heapsnapshot'}`
    const path = resolve(powers.cwd, input.text('out') ?? name)

    const progress = terminal.progress(
      kind === 'cpu' ? `profiling ${cell} for ${span(durationMs)}` : `taking the heap of ${cell}`,
    )
    await withHost(input, powers, (client) => client.call('profile', { cell, kind, durationMs, path })).finally(
      progress.done,
    )
    terminal.out(input.json ? JSON.stringify({ cell, kind, path }, null, 2) : harmless(path))
    return EXIT_CODES.ok
  },
}
