/**
 * Evaluates a system once, in a worker that is thrown away, to learn what it declares. The worker has no environment,
 * a limit on its memory and a limit on its time; it is the only place where a build runs the author's code.
 */
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { codeFrame } from '../../analysis/index.ts'
import { type Finding, messageOf, type Place } from '../../base/index.ts'
import { bundle } from '../bundle.ts'
import { finding } from '../errors.ts'
import type { Module, Modules } from '../modules.ts'
import type { Evaluated } from './report.ts'

export const EVALUATION_MS_MAX = 10_000
const EVALUATION_HEAP_MB_MAX = 512

type Result =
  | Extract<Evaluated, { type: 'evaluated' }>
  | { readonly type: 'failed'; readonly findings: readonly Finding[] }

export async function evaluate(of: {
  dir: string
  modules: Modules
  selfsame: string
  /** The system file first, then all own modules that it imports. */
  own: readonly [Module, ...Module[]]
  millisecondsMax?: number | undefined
}): Promise<Result> {
  const [system] = of.own
  // Beside this file, with its extension: the sources run as they are, and so does what was compiled of them.
  const reporter = join(import.meta.dirname, `report${extname(import.meta.filename)}`)
  const entry = [
    `import { parentPort } from 'node:worker_threads'`,
    `import { report } from ${JSON.stringify(reporter)}`,
    ...of.own.map(({ file }, i) => `import * as module${i} from ${JSON.stringify(file)}`),
    `parentPort.postMessage(report([`,
    ...of.own.map(({ name }, i) => `  [${JSON.stringify(name)}, module${i}],`),
    `]))`,
  ].join('\n')
  const bundled = await bundle({ ...of, entry, platform: 'node' })
  if (bundled.type === 'failed') return bundled
  const { script, map } = bundled.bundle
  const failed = (because: string, where: Partial<Finding> = {}): Result => ({
    type: 'failed',
    findings: [finding('SYSTEM_LOAD_FAILED', { place: { file: system.name, line: 1, column: 1 }, because, ...where })],
  })
  const outcome = await run(`(${script})(require)`, of.millisecondsMax ?? EVALUATION_MS_MAX)
  switch (outcome.type) {
    case 'reported':
      if (outcome.evaluated.type === 'evaluated') return outcome.evaluated
      return failed(`${system.name} declares no system: ${outcome.evaluated.because}.`)
    case 'threw':
      return failed(`Evaluating the system failed: ${messageOf(outcome.error)}`, {
        ...placeOf(outcome.error, map),
        ...remedyOf(outcome.error),
      })
    case 'late':
      return failed(`Evaluating the system took longer than ${of.millisecondsMax ?? EVALUATION_MS_MAX} ms.`)
    default:
      return outcome satisfies never
  }
}

type Outcome =
  | { readonly type: 'reported'; readonly evaluated: Evaluated }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'late' }

function run(script: string, millisecondsMax: number): Promise<Outcome> {
  const worker = new Worker(script, {
    eval: true,
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: EVALUATION_HEAP_MB_MAX },
  })
  return new Promise<Outcome>((done) => {
    const timer = setTimeout(() => end({ type: 'late' }), millisecondsMax)
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      void worker.terminate()
      done(outcome)
    }
    worker.on('message', (evaluated: Evaluated) => end({ type: 'reported', evaluated }))
    worker.on('error', (error) => end({ type: 'threw', error }))
    worker.on('exit', (code) => end({ type: 'threw', error: new Error(`it ended the process with code ${code}`) }))
  })
}

/** What our own declarations throw says itself what to do. */
function remedyOf(error: unknown): { remedy?: string } {
  const remedy = typeof error === 'object' && error !== null && 'remedy' in error ? error.remedy : undefined
  return typeof remedy === 'string' ? { remedy } : {}
}

/** The first line of the stack that lies in a source, with its frame. */
function placeOf(error: unknown, map: string): { place?: Place; frame?: string } {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const traced = new TraceMap(map)
  for (const [, line, column] of stack.matchAll(/\[worker eval\]:(\d+):(\d+)/g)) {
    const found = originalPositionFor(traced, { line: Number(line), column: Number(column) - 1 })
    if (found.source === null || found.source.startsWith('node_modules/')) continue
    const place = { file: found.source, line: found.line, column: found.column + 1 }
    const text = traced.sourcesContent?.[traced.sources.indexOf(found.source)]
    return typeof text === 'string' ? { place, frame: codeFrame(text, place) } : { place }
  }
  return {}
}
