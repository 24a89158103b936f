/** Makes an `Input` of a command line, by the words that the verb declares; whatever is not declared is refused. */
import { parseArgs } from 'node:util'
import { didYouMean } from '../base/index.ts'
import { cliErrors } from './errors.ts'
import type { Input, OptionSpec, Verb } from './verb.ts'

/** Options of every verb. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  json: { about: 'print one JSON document on stdout, errors included' },
  help: { about: 'show this help' },
}

/** @throws OPTION_UNKNOWN, OPTION_INVALID, ARGUMENT_MISSING, ARGUMENT_UNEXPECTED */
export function parse({ verb, args }: { readonly verb: Verb; readonly args: readonly string[] }): Input {
  const specs: Readonly<Record<string, OptionSpec>> = { ...verb.options, ...COMMON_OPTIONS }
  const given = new Map<string, string[]>()
  const { tokens, positionals } = parseArgs({
    args: spellOut(args, specs),
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined
    if (spec === undefined) {
      const known = Object.keys(specs).map((name) => `--${name}`)
      throw cliErrors.OPTION_UNKNOWN({
        verb: verb.name,
        option: token.rawName,
        suggestion: didYouMean(token.rawName, known),
      })
    }
    given.set(token.name, [...(given.get(token.name) ?? []), valueOfOption(token, spec)])
  }

  const required = verb.takes.filter((name) => !name.endsWith('?'))
  const missing = required[positionals.length]
  if (missing !== undefined && !given.has('help'))
    throw cliErrors.ARGUMENT_MISSING({ verb: verb.name, argument: missing })
  const unexpected = positionals[verb.takes.length]
  if (unexpected !== undefined) throw cliErrors.ARGUMENT_UNEXPECTED({ verb: verb.name, got: unexpected })

  return {
    verb: verb.name,
    json: given.has('json'),
    positionals,
    argument: (place) => positionals[place] ?? '',
    text: (option) => given.get(option)?.at(-1),
    texts: (option) => given.get(option) ?? [],
    flag: (option) => given.has(option),
  }
}

/** `-h`, and options whose value may be left out, in their long form. Nothing after `--` is an option. */
function spellOut(args: readonly string[], specs: Readonly<Record<string, OptionSpec>>): string[] {
  const end = args.indexOf('--')
  return args.map((arg, place) => {
    if (end !== -1 && place > end) return arg
    if (arg === '-h') return '--help'
    const bare = arg.startsWith('--') && Object.hasOwn(specs, arg.slice(2)) ? specs[arg.slice(2)]?.bare : undefined
    return bare === undefined ? arg : `${arg}=${bare}`
  })
}

type OptionToken = {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function valueOfOption({ rawName, value, inlineValue }: OptionToken, spec: OptionSpec): string {
  if (spec.value === undefined) {
    if (value !== undefined)
      throw cliErrors.OPTION_INVALID({ option: rawName, expected: 'no value', got: `'${value}'` })
    return ''
  }
  const expected = `a value ${spec.value}`
  if (value === undefined || value === '') throw cliErrors.OPTION_INVALID({ option: rawName, expected, got: 'nothing' })
  if (inlineValue !== true && /^-./.test(value)) {
    const got = `the option '${value}' (write ${rawName}=${value} if it is meant as the value)`
    throw cliErrors.OPTION_INVALID({ option: rawName, expected, got })
  }
  return value
}
