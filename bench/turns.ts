/**
 * `npm run bench -- turns [--json] [--rounds 5] [--seconds 3]`: durable turns per second over HTTP, beside a
 * hand-written service of the same durability. Both run at once, idle while the other is measured; rounds alternate,
 * and what counts is the median of the rounds' ratios.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { built, median, SELFSAME, startService, stopService } from './support/services.ts'

const here = join(import.meta.dirname, 'turns')
const CONNECTIONS = 64
const ENTITIES = 1_000

type Round = { turnsPerSecond: number; p50Ms: number; p99Ms: number; worstMs: number; failed: number }

function summary(rounds: readonly Round[]) {
  return {
    turnsPerSecond: Math.round(median(rounds.map(({ turnsPerSecond }) => turnsPerSecond))),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    worstMs: Math.max(...rounds.map(({ worstMs }) => worstMs)),
  }
}

async function load(port: number, seconds: string): Promise<Round> {
  const args = ['--port', String(port), '--connections', String(CONNECTIONS), '--entities', String(ENTITIES)]
  const { stdout } = await promisify(execFile)(process.execPath, [join(here, 'load.ts'), ...args, '--seconds', seconds])
  return JSON.parse(stdout)
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
    },
  })
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-bench-'))
  const release = await built(here, join(folder, 'releases'))
  const ours = await startService([SELFSAME, 'run', release, '--data', join(folder, 'data'), '--json'])
  const theirs = await startService([join(here, 'handwritten.ts'), folder])
  try {
    const rounds: { selfsame: Round; handwritten: Round }[] = []
    await load(ours.port, '1')
    await load(theirs.port, '1')
    for (let round = 0; round < Number(values.rounds); round++) {
      const selfsame = await load(ours.port, values.seconds)
      const handwritten = await load(theirs.port, values.seconds)
      if (selfsame.failed + handwritten.failed > 0) throw new Error('a request was not answered with 200')
      rounds.push({ selfsame, handwritten })
      if (!values.json) {
        const [a, b] = [selfsame.turnsPerSecond, handwritten.turnsPerSecond]
        process.stdout.write(
          `round ${round + 1}: selfsame ${a.toFixed(0)}/s, hand-written ${b.toFixed(0)}/s, ratio ${(a / b).toFixed(2)}\n`,
        )
      }
    }
    const report = {
      selfsame: summary(rounds.map(({ selfsame }) => selfsame)),
      handwritten: summary(rounds.map(({ handwritten }) => handwritten)),
      ratio: median(rounds.map(({ selfsame, handwritten }) => selfsame.turnsPerSecond / handwritten.turnsPerSecond)),
    }
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    else {
      for (const name of ['selfsame', 'handwritten'] as const) {
        const { turnsPerSecond, p50Ms, p99Ms, worstMs } = report[name]
        process.stdout.write(
          `${name.padEnd(12)} ${turnsPerSecond} turns/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms\n`,
        )
      }
      process.stdout.write(`ratio        ${report.ratio.toFixed(2)}\n`)
    }
  } finally {
    for (const service of [ours, theirs]) await stopService(service)
    await rm(folder, { recursive: true, force: true })
  }
}
