/** `selfsame help [verb]`. */
import { didYouMean } from '../../base/index.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { overview, verbHelp } from '../help-text.ts'
import { COMMON_OPTIONS } from '../parse.ts'
import type { Verb } from '../verb.ts'

/** @param verbs asked for when the verb runs, because it is one of them itself */
export function helpVerb(verbs: () => readonly Verb[]): Verb {
  return {
    name: 'help',
    summary: 'say what the verbs do',
    usage: ['help [verb]'],
    takes: ['<verb>?'],
    options: {},
    async run(input, { terminal }) {
      const name = input.positionals[0]
      const verb = verbs().find((verb) => verb.name === name)
      if (name !== undefined && verb === undefined) {
        throw cliErrors.VERB_UNKNOWN({
          verb: name,
          suggestion: didYouMean(
            name,
            verbs().map(({ name }) => name),
          ),
        })
      }
      const shown = verb === undefined ? verbs() : [verb]
      if (input.json) terminal.out(JSON.stringify({ verbs: shown.map(asData) }, null, 2))
      else terminal.out(verb === undefined ? overview(verbs()) : verbHelp(verb))
      return EXIT_CODES.ok
    },
  }
}

function asData({ name, summary, usage, options }: Verb) {
  const all = Object.entries({ ...options, ...COMMON_OPTIONS })
  return {
    name,
    summary,
    usage,
    options: all.map(([option, { value, about }]) => ({ option, value: value ?? null, about })),
  }
}
