/**
 * The load: real clients in a process of their own, that bid, watch and keep account. It runs until it is told to stop
 * (SIGTERM, or --seconds), lets every bid get its answer, then audits the house from outside.
 *
 *   node examples/auction/load/main.ts --url http://127.0.0.1:8080 --bidders 200 --lots 50 --seconds 10 --json
 *
 * Exit code 1 if any promise was broken.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Account } from './account.ts'
import { audit } from './audit.ts'
import { Bidder, type Lot } from './bidder.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    bidders: { type: 'string', default: '200' },
    lots: { type: 'string', default: '50' },
    'pause-ms': { type: 'string', default: '100' },
    seconds: { type: 'string' },
    run: { type: 'string', default: Date.now().toString(36) },
    json: { type: 'boolean', default: false },
  },
})
const url = values.url.replace(/\/$/, '')
const LOT_LIVES_MS = 24 * 60 * 60 * 1_000
const HTTP_EVERY = 4
const SETTLE_MS_MAX = 15_000

/** mulberry32: small, fast, good enough to choose lots with. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

async function openLot(name: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/lots`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lot: name, title: `Lot ${name}`, seller: `${values.run}-seller`, endsInMs: LOT_LIVES_MS }),
    }).catch(() => undefined)
    if (response?.ok) return
    await sleep(100)
  }
}

const account = new Account()
const lots: Lot[] = Array.from({ length: Number(values.lots) }, (_, i) => ({ name: `${values.run}-${i}`, highest: 0 }))
await Promise.all(lots.map(({ name }) => openLot(name)))

const bidders = Array.from(
  { length: Number(values.bidders) },
  (_, i) =>
    new Bidder({
      name: `${values.run}-b${i}`,
      url,
      lots,
      account,
      random: seeded(i + 1),
      overHttp: i % HTTP_EVERY === 0,
    }),
)
const running = Promise.all(bidders.map((bidder) => bidder.run(Number(values['pause-ms']))))
if (values.json)
  process.stdout.write(`${JSON.stringify({ type: 'started', bidders: bidders.length, lots: lots.length })}\n`)

await new Promise<void>((stop) => {
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.on('disconnect', stop)
  process.on('message', (message) => {
    if (message === 'stop') stop()
    if (message === 'latencies') process.send?.({ type: 'latencies', latencies: account.latencies })
    if (message === 'counts')
      process.send?.({ type: 'counts', counts: account.promises.counts, broken: account.promises.broken })
  })
  if (values.seconds !== undefined) setTimeout(stop, Number(values.seconds) * 1_000)
})

for (const bidder of bidders) bidder.stop()
await running
await audit({
  url,
  lots,
  bidders: bidders.map(({ name }) => name),
  seller: `${values.run}-seller`,
  account,
  patienceMs: SETTLE_MS_MAX,
})
for (const bidder of bidders) bidder.close()

const { counts, broken } = account.promises
const sorted = account.latencies.map(({ ms }) => ms).sort((a, b) => a - b)
const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
const report = {
  type: 'report',
  counts,
  broken,
  latencyMs: { median: quantile(0.5), p99: quantile(0.99), worst: sorted.at(-1) ?? 0 },
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
else {
  for (const [what, count] of Object.entries(counts).sort())
    process.stdout.write(`${String(count).padStart(9)}  ${what}\n`)
  const { median, p99, worst } = report.latencyMs
  process.stdout.write(
    `latency: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms\n`,
  )
  for (const promise of broken) process.stdout.write(`BROKEN  ${promise}\n`)
  process.stdout.write(broken.length === 0 ? 'every promise was kept\n' : `${broken.length} promises were broken\n`)
}
process.exit(broken.length === 0 ? 0 : 1)
