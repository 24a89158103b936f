/** `selfsame dead-letters`: messages and timers that could not be delivered, and what to do with them. */
import { PAGE_ITEMS_MAX } from '../../control/index.ts'
import { addressText, type DeadLetter } from '../../turn/index.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'
import { count, harmless, instant, table } from '../text.ts'
import { letterArgument, wholeOption } from '../values.ts'
import type { Input, Powers, Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

const LIMIT_DEFAULT = 100

export const deadLetters: Verb = {
  name: 'dead-letters',
  summary: 'list, retry or discard what could not be delivered',
  usage: ['dead-letters [--after <id>] [--limit <n>]', 'dead-letters retry <id>', 'dead-letters discard <id>'],
  takes: ['<retry|discard>?', '<id>?'],
  options: {
    ...HOST_OPTIONS,
    after: { value: '<id>', about: 'go on after this one' },
    limit: { value: '<n>', about: `at most so many (default: ${LIMIT_DEFAULT}, at most ${PAGE_ITEMS_MAX})` },
  },
  async run(input, powers) {
    const [action, id] = input.positionals
    if (action === undefined) return show(input, powers)
    if (action !== 'retry' && action !== 'discard') {
      throw cliErrors.ARGUMENT_INVALID({ argument: 'The action', expected: "'retry' or 'discard'", got: action })
    }
    if (id === undefined) throw cliErrors.ARGUMENT_MISSING({ verb: `dead-letters ${action}`, argument: '<id>' })
    const letter = letterArgument(id)
    const found = await withHost(input, powers, (client) => client.call(`${action}-dead-letter`, { letter }))
    if (!found) throw cliErrors.DEAD_LETTER_UNKNOWN({ id: letter })
    const done = action === 'retry' ? 'retried' : 'discarded'
    powers.terminal.out(input.json ? JSON.stringify({ [done]: letter }) : `${done} ${letter}`)
    return EXIT_CODES.ok
  },
}

async function show(input: Input, powers: Powers): Promise<ExitCode> {
  const { terminal } = powers
  const page = {
    after: wholeOption({ input, option: 'after', min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
    limit: wholeOption({ input, option: 'limit', min: 1, max: PAGE_ITEMS_MAX }) ?? LIMIT_DEFAULT,
  }
  const { letters, after } = await withHost(input, powers, (client) => client.call('dead-letters', page))
  if (input.json) terminal.out(JSON.stringify({ letters, after }, null, 2))
  else if (letters.length === 0) terminal.out('no dead letters')
  else for (const line of letterLines(letters, terminal)) terminal.out(line)
  if (!input.json && after !== null) terminal.err(terminal.paintErr('faint', `more may follow: --after ${after}`))
  return EXIT_CODES.ok
}

function letterLines(letters: readonly DeadLetter[], terminal: Terminal): string[] {
  const [head = '', ...rows] = table({
    head: ['id', 'to', 'message', 'from', 'code', 'attempts', 'buried'],
    rows: letters.map((letter) => [
      String(letter.id),
      harmless(addressText(letter.to)),
      harmless(letter.message),
      letter.sender === null ? `(${letter.cause})` : harmless(addressText(letter.sender)),
      harmless(letter.code),
      count(letter.attempts),
      instant(letter.atMs),
    ]),
    right: ['id', 'attempts'],
  })
  const reasons = letters.map(({ reason }) => `    ${harmless(reason.split('\n')[0] ?? '')}`)
  return [terminal.paint('faint', head), ...rows.flatMap((row, place) => [row, reasons[place] ?? ''])]
}
