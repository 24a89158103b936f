/**
 * How fast the store commits, without any thread around it: `npm run bench -- store [--json]`. Batches of 100 commits on
 * 1,000 entities, on a real file with `synchronous=FULL`; plain ones, and ones that each send a message and publish.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, ROUTER_PORT, type StoreEngine, type StoreItem } from '../src/store/index.ts'
import type { Commit } from '../src/turn/index.ts'

const TURNS = 60_000
const BATCH = 100
const ENTITIES = 1_000

type Measured = { turnsPerSecond: number; p50Ms: number; p99Ms: number; worstMs: number }

export async function run(args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
  try {
    const result = {
      plain: measure({ path: join(folder, 'plain.db'), sends: false }),
      sending: measure({ path: join(folder, 'sending.db'), sends: true }),
    }
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ store: result })}\n`)
    else console.table(result)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measure({ path, sends }: { path: string; sends: boolean }): Measured {
  const engine = openStore({ path, monotonicMs: () => performance.now(), newStoreId: () => 'bench' })
  const openEpoch = { type: 'call', id: 1, name: 'openEpoch', take: { component: 'bench' } } as const
  engine.applyBatch([{ port: ROUTER_PORT, item: openEpoch }])
  const revisions = new Map<string, number>()
  const took: number[] = []
  for (let turn = 0; turn < TURNS; turn += BATCH) {
    const items = Array.from({ length: BATCH }, (_, n) => item({ turn: turn + n, revisions, sends }))
    const startedMs = performance.now()
    applyAll(engine, items)
    took.push(performance.now() - startedMs)
  }
  engine.close()
  const totalMs = took.reduce((sum, ms) => sum + ms, 0)
  took.sort((a, b) => a - b)
  const at = (share: number) =>
    Number((took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0).toFixed(2))
  return { turnsPerSecond: Math.round((TURNS / totalMs) * 1_000), p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) }
}

function applyAll(engine: StoreEngine, items: readonly StoreItem[]): void {
  for (const { reply } of engine.applyBatch(items)) {
    if (reply.type !== 'verdict' || reply.verdict.type !== 'committed') throw new Error(JSON.stringify(reply))
  }
}

function item({ turn, revisions, sends }: { turn: number; revisions: Map<string, number>; sends: boolean }): StoreItem {
  const key = `entity-${(turn * 7) % ENTITIES}`
  const base = revisions.get(key) ?? 0
  revisions.set(key, base + 1)
  const state = JSON.stringify({ turn, owner: `account-${key}`, balance: turn * 3, history: [1, 2, 3, 4, 5, 6, 7, 8] })
  const commit: Commit = {
    turn,
    to: { component: 'bench', key },
    message: 'deposit',
    caller: { identity: 'ann', connection: null },
    epoch: 1,
    lease: 1,
    base,
    version: 'f'.repeat(64),
    nowMs: 1_000,
    cause: { type: 'request', request: turn, idempotency: null },
    change: { type: 'put', state, indexes: [] },
    outcome: { type: 'replied', output: '{"balance":1}' },
    waitUntilMs: null,
    sends: sends
      ? [{ to: { component: 'bench', key: 'sum' }, message: 'add', input: '{"amount":1}', continuation: null }]
      : [],
    timers: [],
    events: sends ? [{ event: 'changed', data: '{"amount":1}' }] : [],
    replies: [],
  }
  return { port: 1, item: { type: 'commit', commit } }
}
