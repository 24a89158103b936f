/** Services as processes of their own, for benches: started, known by the port that they print, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildRelease } from '../../src/release/index.ts'

export type Service = { readonly process: ChildProcess; readonly port: number; readonly startedInMs: number }

/** The arguments with which Node runs our command. */
export const SELFSAME = join(import.meta.dirname, '../../src/cli/main.ts')

/** Resolves when the process has printed a line with its port. */
export async function startService(args: readonly string[]): Promise<Service> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /"port":(\d+)/.exec(line)?.[1]
    if (port !== undefined) {
      return { process: child, port: Number(port), startedInMs: performance.now() - startedMs }
    }
  }
  throw new Error(`${args.join(' ')} ended without naming its port`)
}

export async function stopService({ process: child }: Service): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
}

/** Builds the project in `dir`; returns the path of the release. */
export async function built(dir: string, out: string): Promise<string> {
  const result = await buildRelease({ dir, out })
  if (result.type === 'refused') throw new Error(result.findings.map(({ because }) => because).join('\n'))
  return result.path
}

export const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
