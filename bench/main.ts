/**
 * `npm run bench -- <name> [--json]`: every figure in the docs comes from here. Each bench is a file of this folder
 * that exports `run(args)`; it measures beside something else in the same run, because machines are shared and noisy.
 */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { didYouMean } from '../src/base/index.ts'

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'main')
  .sort()
const [name, ...args] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <name> [--json]${didYouMean(name ?? '', names)}\n`)
  process.exit(2)
}
const { run } = (await import(join(import.meta.dirname, `${name}.ts`))) as { run: (args: string[]) => Promise<void> }
await run(args)
