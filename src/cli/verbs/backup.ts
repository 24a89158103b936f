/** `selfsame backup <file>`: a consistent copy of the store, while it serves. */
import { resolve } from 'node:path'
import { EXIT_CODES } from '../exit-codes.ts'
import { count, counted, harmless } from '../text.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

export const backup: Verb = {
  name: 'backup',
  summary: 'write a consistent copy of the store, while it serves',
  usage: ['backup <file>'],
  takes: ['<file>'],
  options: HOST_OPTIONS,
  notes: ['The host writes the file. Ctrl-C ends only the waiting: the host completes the copy, or removes it.'],
  async run(input, powers) {
    const { terminal } = powers
    const path = resolve(powers.cwd, input.argument(0))
    const progress = terminal.progress(`backing up to ${path}`)
    const { pages, commit } = await withHost(input, powers, (client) => client.call('backup', { path })).finally(
      progress.done,
    )
    if (input.json) terminal.out(JSON.stringify({ path, pages, commit }, null, 2))
    else terminal.out(`${harmless(path)}: ${counted(pages, 'page')}, as of commit ${count(commit)}`)
    return EXIT_CODES.ok
  },
}
