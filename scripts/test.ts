/**
 * `npm test [-- files or folders]`: every `*.test.ts` under src, test and examples with Node's own runner, two files
 * at a time. Longer searches take their budget by flag: `npm test -- --kills 200 --seeds 5000`.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' }, seeds: { type: 'string' }, only: { type: 'string' } },
})

const places = positionals.length > 0 ? positionals : ['src', 'test', 'examples']
const files = places.flatMap((place) =>
  place.endsWith('.test.ts') ? [place] : globSync(`${place}/**/*.test.ts`, { cwd: root }),
)
if (files.length === 0) {
  process.stderr.write(`no tests under ${places.join(', ')}\n`)
  process.exit(2)
}

const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-concurrency=2',
    '--test-timeout=120000',
    ...(values.only === undefined ? [] : [`--test-name-pattern=${values.only}`]),
    ...files.sort(),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(values.kills === undefined ? {} : { SELFSAME_TEST_KILLS: values.kills }),
      ...(values.seeds === undefined ? {} : { SELFSAME_TEST_SEEDS: values.seeds }),
    },
  },
)
process.exit(status ?? 1)
