/**
 * `npm run bench -- wire [--json]`: what it costs to hand one turn's items to another thread and read them there, as
 * packed text and as a structured clone of the same objects, in microseconds per item, for batches of 24.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { type CellToStore, pack, type StoreToRouter, type ToCell, unpack } from '../src/turn/index.ts'

const BATCH = 24
const BATCHES = 4_000

const state = '{"total":123,"turns":3,"note":"the counter of c-123, with a text to give the record some size"}'
const common = { caller: { identity: 'anonymous', connection: null }, nowMs: 1_795_523_144_326 } as const

function delivery(turn: number): ToCell {
  const to = { component: 'counter', key: `c-${turn % 1_000}` }
  const cause = { type: 'request', request: turn, idempotency: null } as const
  const seed = `0123456789abcdef${turn}`
  return {
    ...common,
    type: 'turn',
    turn,
    to,
    lease: 1,
    message: 'add',
    input: '{"amount":5}',
    cause,
    seed,
    recorded: [],
  }
}

function commit(turn: number): CellToStore {
  return {
    type: 'commit',
    commit: {
      ...common,
      turn,
      to: { component: 'counter', key: `c-${turn % 1_000}` },
      message: 'add',
      epoch: 1,
      lease: 1,
      base: 5,
      version: '0123456789abcdef0123456789abcdef',
      cause: { type: 'request', request: turn, idempotency: null },
      change: { type: 'put', state, indexes: [] },
      outcome: { type: 'replied', output: '{"total":123}' },
      waitUntilMs: null,
      sends: [],
      timers: [],
      events: [],
      replies: [],
    },
  }
}

function verdict(turn: number): StoreToRouter {
  return {
    type: 'verdict',
    verdict: {
      type: 'committed',
      turn,
      to: { component: 'counter', key: `c-${turn % 1_000}` },
      commit: turn,
      revision: 5,
      destroyed: false,
      events: [],
      answers: [{ request: turn, answer: { type: 'replied', output: '{"total":123}' } }],
      outbox: [],
      dueMs: null,
    },
  }
}

type Items = readonly { readonly type: string }[]

function microsecondsPerItem(make: (turn: number) => Items[number], hand: (items: Items) => void): number {
  const batches = Array.from({ length: 50 }, (_, batch) =>
    Array.from({ length: BATCH }, (_, i) => make(batch * BATCH + i)),
  )
  const startedMs = performance.now()
  for (let i = 0; i < BATCHES; i++) hand(batches[i % batches.length] ?? [])
  return ((performance.now() - startedMs) * 1_000) / (BATCHES * BATCH)
}

export async function run(args: readonly string[]): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const packed = (items: Items) => {
    port1.postMessage(pack(items))
    unpack((receiveMessageOnPort(port2) as { message: string }).message)
  }
  const cloned = (items: Items) => {
    port1.postMessage(items)
    receiveMessageOnPort(port2)
  }
  const report: Record<string, { packedUs: number; clonedUs: number; ratio: number }> = {}
  for (const [name, make] of Object.entries({ delivery, commit, verdict })) {
    microsecondsPerItem(make, packed)
    const packedUs = microsecondsPerItem(make, packed)
    const clonedUs = microsecondsPerItem(make, cloned)
    report[name] = { packedUs, clonedUs, ratio: clonedUs / packedUs }
  }
  port1.close()
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(report)}\n`)
  else console.table(report)
}
