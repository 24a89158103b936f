/** `selfsame list <component>`: keys, a page at a time. */
import { PAGE_ITEMS_MAX } from '../../control/index.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { harmless } from '../text.ts'
import { conditionOption, wholeOption } from '../values.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

const LIMIT_DEFAULT = 100

export const list: Verb = {
  name: 'list',
  summary: 'list the keys of a component’s entities',
  usage: ['list <component> [--prefix lot-] [--where phase=open] [--after <key>] [--limit <n>]'],
  takes: ['<component>'],
  options: {
    ...HOST_OPTIONS,
    prefix: { value: '<text>', about: 'only keys that start with it' },
    where: { value: '<name=value>', about: 'only entities whose index has this value', several: true },
    after: { value: '<key>', about: 'go on after this key' },
    limit: { value: '<n>', about: `at most so many keys (default: ${LIMIT_DEFAULT}, at most ${PAGE_ITEMS_MAX})` },
  },
  notes: ['A value of --where that is a JSON string, number or boolean is that; every other is a text.'],
  async run(input, powers) {
    const { terminal } = powers
    const page = {
      limit: wholeOption({ input, option: 'limit', min: 1, max: PAGE_ITEMS_MAX }) ?? LIMIT_DEFAULT,
      prefix: input.text('prefix') ?? null,
      after: input.text('after') ?? null,
      where: input.texts('where').map(conditionOption),
    }
    const component = input.argument(0)
    const found = await withHost(input, powers, (client) => client.call('list', { component, page }))
    if (input.json) terminal.out(JSON.stringify(found, null, 2))
    else {
      for (const key of found.keys) terminal.out(harmless(key))
      if (found.after !== null)
        terminal.err(terminal.paintErr('faint', `more may follow: --after ${quoted(found.after)}`))
    }
    return EXIT_CODES.ok
  },
}

/** As a shell takes it. */
function quoted(key: string): string {
  return /^[\w./:@-]+$/.test(key) ? key : `'${harmless(key).replaceAll("'", "'\\''")}'`
}
