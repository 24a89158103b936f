/** `selfsame restore <file>`: a data folder from a backup. */
import { resolve } from 'node:path'
import type { Restored } from '../../store/index.ts'
import { makeDataFolder, removeIfEmpty } from '../data-folder.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { count, counted, harmless } from '../text.ts'
import type { Verb } from '../verb.ts'

export const restore: Verb = {
  name: 'restore',
  summary: 'make a data folder of a backup',
  usage: ['restore <file> --data <folder> [--as-copy]'],
  takes: ['<file>'],
  options: {
    data: { value: '<folder>', about: 'the new data folder; nothing that is there is overwritten' },
    'as-copy': { about: 'make a copy beside the original: what is queued or timed there does not happen here again' },
  },
  notes: ['No host may run on the folder. Without --as-copy the original must not come back to life.'],
  async run(input, { terminal, cwd, nowMs, newId }) {
    // Never by default: a restore into the wrong folder is not what anyone wants to find out later.
    const folder = input.text('data')
    if (folder === undefined) throw cliErrors.ARGUMENT_MISSING({ verb: 'restore', argument: '--data <folder>' })
    const from = resolve(cwd, input.argument(0))
    const to = resolve(cwd, folder)
    const asCopy = input.flag('as-copy')
    const made = makeDataFolder(to)
    // Loaded when needed: it brings a database.
    const { restoreStore } = await import('../../store/index.ts')
    const progress = terminal.progress(`restoring ${from}`)
    let restored: Restored
    try {
      restored = restoreStore({ from, to, asCopy: asCopy ? { newStoreId: newId() } : null, nowMs: nowMs() })
    } catch (error) {
      if (made) removeIfEmpty(to)
      throw error
    } finally {
      progress.done()
    }
    const { commit, suspended } = restored
    if (input.json) terminal.out(JSON.stringify({ from, to, asCopy, commit, suspended }, null, 2))
    else {
      terminal.out(`restored ${harmless(from)} to ${harmless(to)}, as of commit ${count(commit)}`)
      if (asCopy) {
        const { messages, timers, waits } = suspended
        terminal.out(
          `suspended, see \`selfsame dead-letters\`: ${counted(messages, 'message')}, ${counted(timers, 'timer')}; ended: ${counted(waits, 'wait')}`,
        )
      }
    }
    return EXIT_CODES.ok
  },
}
