/** `selfsame explain <CODE>`: the page of an error code, from the package's own docs. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { didYouMean } from '../../base/index.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { ERROR_PAGES } from '../package.ts'
import type { Verb } from '../verb.ts'

export const explain: Verb = {
  name: 'explain',
  summary: 'say what an error code means and what to do about it',
  usage: ['explain', 'explain <CODE>'],
  takes: ['<CODE>?'],
  options: {},
  async run(input, { terminal }) {
    const known = readdirSync(ERROR_PAGES)
      .filter((file) => file.endsWith('.md'))
      .map((file) => file.slice(0, -'.md'.length))
      .sort()
    const asked = input.positionals[0]
    if (asked === undefined) {
      terminal.out(input.json ? JSON.stringify({ codes: known }, null, 2) : known.join('\n'))
      return EXIT_CODES.ok
    }
    // Only a listed name is ever opened: what was asked for is no path.
    const code = known.find((code) => code === asked.toUpperCase().replaceAll('-', '_'))
    if (code === undefined) throw cliErrors.ERROR_PAGE_UNKNOWN({ code: asked, suggestion: didYouMean(asked, known) })
    const page = readFileSync(join(ERROR_PAGES, `${code}.md`), 'utf8').trimEnd()
    if (input.json) terminal.out(JSON.stringify({ code, page }, null, 2))
    else terminal.out(page.replace(/^#+ .*$/gm, (heading) => terminal.paint('strong', heading)))
    return EXIT_CODES.ok
  },
}
