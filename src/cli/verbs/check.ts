/** `selfsame check`: do the system's invariants hold now? */
import { EXIT_CODES } from '../exit-codes.ts'
import { count, harmless } from '../text.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

export const check: Verb = {
  name: 'check',
  summary: 'check the system’s invariants over all entities and messages in flight',
  usage: ['check'],
  takes: [],
  options: HOST_OPTIONS,
  notes: ['Exits with 1 if an invariant does not hold.'],
  async run(input, powers) {
    const { terminal } = powers
    const progress = terminal.progress('checking')
    const invariants = await withHost(input, powers, (client) => client.call('check', null)).finally(progress.done)
    const holds = invariants.every((invariant) => invariant.holds)
    if (input.json) terminal.out(JSON.stringify({ holds, invariants }, null, 2))
    else if (invariants.length === 0) terminal.out('the system declares no invariants')
    else {
      for (const { name, sum, holds } of invariants) {
        const verdict = holds ? terminal.paint('good', 'holds ') : terminal.paint('bad', 'BROKEN')
        terminal.out(`${verdict}  ${harmless(name)}  (sum ${count(sum)})`)
      }
    }
    return holds ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}
