/** Finds the verb, parses its words, runs it, and turns whatever happens into output and an exit code. */
import { didYouMean } from '../base/index.ts'
import { cliErrors } from './errors.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { overview, verbHelp } from './help-text.ts'
import { parse } from './parse.ts'
import { showError } from './show-error.ts'
import type { Powers } from './verb.ts'
import { VERBS } from './verbs.ts'

/** Spellings of verbs that people try first. */
const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
}

export async function main(args: readonly string[], powers: Powers): Promise<ExitCode> {
  const { terminal } = powers
  const [first = 'help', ...rest] = args
  try {
    const name = ALIASES[first] ?? first
    const verb = VERBS.find((verb) => verb.name === name)
    if (verb === undefined) {
      throw cliErrors.VERB_UNKNOWN({
        verb: first,
        suggestion: didYouMean(
          first,
          VERBS.map(({ name }) => name),
        ),
      })
    }
    const input = parse({ verb, args: rest })
    if (input.flag('help')) {
      terminal.out(verb.name === 'help' ? overview(VERBS) : verbHelp(verb))
      return EXIT_CODES.ok
    }
    return await verb.run(input, powers)
  } catch (error) {
    return showError(error, { terminal, json: asksForJson(rest) })
  }
}

/** Asked before the rest is understood, because errors of parsing are printed as JSON too. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).includes('--json')
}
