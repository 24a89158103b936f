/**
 * `npm run bench -- boot [--json] [--entities 1000,100000] [--boots 5]`: from the start of the process to the first
 * answered request, on stores of different sizes. It must not grow with them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openRelease } from '../src/release/index.ts'
import { openStore, ROUTER_PORT, type StoreItem } from '../src/store/index.ts'
import { built, median, SELFSAME, startService, stopService } from './support/services.ts'

const BATCH = 500

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      entities: { type: 'string', default: '1000,100000' },
      boots: { type: 'string', default: '5' },
    },
  })
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-bench-'))
  try {
    const release = await built(join(import.meta.dirname, 'turns'), join(folder, 'releases'))
    const sizes: { entities: number; medianMs: number; worstMs: number }[] = []
    for (const entities of values.entities.split(',').map(Number)) {
      const data = join(folder, `data-${entities}`)
      await mkdir(data)
      fill({ path: join(data, 'state.db'), entities, version: versionOf(release) })
      const took: number[] = []
      // The first boot makes the caches of compiled sources; a machine has it once per release of ours.
      for (let boot = 0; boot <= Number(values.boots); boot++) {
        const ms = await bootMs(release, { data, entities })
        if (boot > 0) took.push(ms)
      }
      sizes.push({ entities, medianMs: median(took), worstMs: Math.max(...took) })
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ sizes })}\n`)
    else {
      for (const { entities, medianMs, worstMs } of sizes) {
        process.stdout.write(
          `${String(entities).padStart(8)} entities: first answer after ${medianMs.toFixed(0)} ms (median), ${worstMs.toFixed(0)} ms (worst)\n`,
        )
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bootMs(release: string, { data, entities }: { data: string; entities: number }): Promise<number> {
  const startedMs = performance.now()
  const service = await startService([SELFSAME, 'run', release, '--data', data, '--json'])
  const response = await fetch(`http://127.0.0.1:${service.port}/counter/c-${entities - 1}/total`)
  const answer = (await response.json()) as { total?: number }
  const tookMs = performance.now() - startedMs
  await stopService(service)
  if (answer.total !== entities - 1) throw new Error(`the last entity was answered as ${JSON.stringify(answer)}`)
  return tookMs
}

/** Writes the entities as commits, the way a cell would have. */
function fill({ path, entities, version }: { path: string; entities: number; version: string }): void {
  const engine = openStore({ path, monotonicMs: () => performance.now(), newStoreId: () => 'bench' })
  const openEpoch = { type: 'call', id: 1, name: 'openEpoch', take: { component: 'counter' } } as const
  engine.applyBatch([{ port: ROUTER_PORT, item: openEpoch }])
  for (let first = 0; first < entities; first += BATCH) {
    const count = Math.min(BATCH, entities - first)
    engine.applyBatch(Array.from({ length: count }, (_, i) => created(first + i, version)))
  }
  engine.close()
}

function created(number: number, version: string): StoreItem {
  const state = JSON.stringify({ total: number, turns: 1, note: `counter number ${number}` })
  return {
    port: 1,
    item: {
      type: 'commit',
      commit: {
        turn: number + 1,
        to: { component: 'counter', key: `c-${number}` },
        message: 'add',
        caller: { identity: 'bench', connection: null },
        epoch: 1,
        lease: 1,
        base: 0,
        version,
        nowMs: 1_000,
        cause: { type: 'request', request: number + 1, idempotency: null },
        change: { type: 'put', state, indexes: [] },
        outcome: { type: 'replied', output: null },
        waitUntilMs: null,
        sends: [],
        timers: [],
        events: [],
        replies: [],
      },
    },
  }
}

function versionOf(release: string): string {
  const { codified } = openRelease(release).manifest.cells.find(({ name }) => name === 'counter') ?? {}
  if (codified?.kind !== 'component') throw new Error('the release has no counter')
  return codified.chain.version
}
