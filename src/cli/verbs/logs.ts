/** `selfsame logs`: the last lines, and with --follow each further one. */
import { LOG_LINES_MAX, type LogEvent } from '../../control/index.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { logText } from '../log-text.ts'
import { counted } from '../text.ts'
import { wholeOption } from '../values.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

const LAST_DEFAULT = 50

export const logs: Verb = {
  name: 'logs',
  summary: 'show what the host and the components logged',
  usage: ['logs [--follow] [--last <n>] [--component <name>] [--entity <component/key>]'],
  takes: [],
  options: {
    ...HOST_OPTIONS,
    follow: { about: 'go on with each further line, until Ctrl-C' },
    last: { value: '<n>', about: `so many lines of the past (default: ${LAST_DEFAULT}, at most ${LOG_LINES_MAX})` },
    component: { value: '<name>', about: 'only what this cell, or this room of the host, says' },
    entity: { value: '<component/key>', about: 'only what turns of this entity say' },
  },
  notes: ['With --json each line is a JSON document of its own. Times are UTC.'],
  async run(input, powers) {
    const { terminal } = powers
    const take = {
      component: input.text('component') ?? null,
      entity: input.text('entity') ?? null,
      last: wholeOption({ input, option: 'last', min: 0, max: LOG_LINES_MAX }) ?? LAST_DEFAULT,
      follow: input.flag('follow'),
    }
    const show = (event: LogEvent) => {
      if (event.type === 'skipped') {
        terminal.err(
          terminal.paintErr('warn', `${counted(event.lines, 'line')} left out: this terminal reads too slowly`),
        )
      } else terminal.out(input.json ? JSON.stringify(event.line) : logText(event.line, terminal.paint))
    }
    await withHost(input, powers, (client) => client.logs(take, show).done)
    return EXIT_CODES.ok
  },
}
