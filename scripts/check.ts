/** `npm run check`: formatting and lint, types, arrows between rooms, dead exports. Runs all, then says what failed. */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` }

const checks: readonly { name: string; command: readonly [string, ...string[]] }[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'arrows between rooms', command: ['node', 'scripts/arrows.ts'] },
  { name: 'dead exports and dependencies', command: ['knip'] },
]

const failed: string[] = []
for (const { name, command } of checks) {
  const startedMs = performance.now()
  const [program, ...args] = command
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)\n`)
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) {
  process.stdout.write(`\ncheck failed: ${failed.join(', ')}\n`)
  process.exit(1)
}
