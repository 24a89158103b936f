/** The texts of `selfsame help`, made of what the verbs declare. */
import { COMMON_OPTIONS } from './parse.ts'
import { table } from './text.ts'
import type { OptionSpec, Verb } from './verb.ts'

export function overview(verbs: readonly Verb[]): string {
  const rows = verbs.map(({ name, summary }) => [`  ${name}`, summary])
  return [
    'selfsame: a runtime for services that are patched while they run',
    '',
    'usage: selfsame <verb> [arguments] [options]',
    '',
    ...rows.map(([name = '', summary = '']) => `${name.padEnd(16)}${summary}`),
    '',
    '`selfsame help <verb>` shows the options of a verb; all take --json.',
    'exit codes: 0 ok, 1 failed or refused, 2 usage, 3 no host runs, 4 not found, 130 interrupted',
  ].join('\n')
}

export function verbHelp(verb: Verb): string {
  const options = Object.entries({ ...verb.options, ...COMMON_OPTIONS })
  const [, ...rows] = table({
    head: ['', ''],
    rows: options.map(([name, spec]) => [`  ${optionWords(name, spec)}`, spec.about]),
  })
  return [
    `selfsame ${verb.name}: ${verb.summary}`,
    '',
    ...verb.usage.map((usage, place) => `${place === 0 ? 'usage: ' : '       '}selfsame ${usage}`),
    '',
    ...rows,
    ...(verb.notes === undefined ? [] : ['', ...verb.notes]),
  ].join('\n')
}

function optionWords(name: string, { value, bare, several }: OptionSpec): string {
  if (value === undefined) return `--${name}`
  return `--${name}${bare === undefined ? ` ${value}` : `[=${value}]`}${several ? ' ...' : ''}`
}
