/**
 * `npm run demo`: the auction house as a real process, under a load of real clients in another, killed without warning
 * while they bid, and booted again. In the end the clients' account is compared with the house's books.
 *
 *   npm run demo -- [--quick] [--json] [--keep]
 *
 * Exit code 1 if any promise is broken.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildRelease } from '../../../src/release/index.ts'
import { freePort, type House, startHouse, startLoad } from './processes.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
const KILLS = values.quick ? 3 : 8
const BIDDERS = 200
const BETWEEN_KILLS_MS = values.quick ? 2_000 : 4_000

const startedMs = performance.now()
const say = (text: string) => {
  if (values.json) return
  process.stdout.write(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`)
}

const folder = await mkdtemp(join(tmpdir(), 'selfsame-demo-'))
const kills: { downMs: number; bootMs: number; acknowledgedBefore: number }[] = []
let house: House | undefined
let code = 1
try {
  const built = await buildRelease({ dir: join(import.meta.dirname, '..'), out: join(folder, 'releases') })
  if (!('digest' in built)) {
    throw new Error(`the example does not build:\n${built.findings.map(({ because }) => because).join('\n')}`)
  }
  say(`built release ${built.digest.slice(0, 12)}`)
  const options = { release: built.path, data: join(folder, 'data'), port: await freePort() }
  house = await startHouse(options)
  say(`the house serves on ${house.url}, ${house.bootMs.toFixed(0)} ms after its process was started`)
  const load = startLoad({ url: house.url, bidders: BIDDERS, lots: 50, pauseMs: 100 })
  say(`${BIDDERS} bidders, each with an account and a WebSocket, bid on 50 lots`)

  for (let kill = 1; kill <= KILLS; kill++) {
    await sleep(BETWEEN_KILLS_MS)
    const { counts, broken } = await load.counts()
    const acknowledgedBefore = counts['bids acknowledged'] ?? 0
    const downMs = performance.now()
    await house.kill()
    house = await startHouse(options)
    kills.push({ downMs: performance.now() - downMs, bootMs: house.bootMs, acknowledgedBefore })
    say(
      `kill -9 number ${kill}, after ${acknowledgedBefore} acknowledged bids; serving again after ${(performance.now() - downMs).toFixed(0)} ms; broken promises so far: ${broken.length}`,
    )
  }
  await sleep(BETWEEN_KILLS_MS)
  say('the bidders stop, and compare their account with the books')
  const report = await load.finish()
  const stopped = await house.stop()
  const kept = report.broken.length === 0 && stopped === 0
  code = kept ? 0 : 1

  if (values.json) {
    process.stdout.write(`${JSON.stringify({ kept, kills, ...report, exitCodeOfHouse: stopped })}\n`)
  } else {
    process.stdout.write('\n')
    for (const [what, count] of Object.entries(report.counts).sort()) {
      process.stdout.write(`${String(count).padStart(10)}  ${what}\n`)
    }
    const { median, p99, worst } = report.latencyMs
    process.stdout.write(
      `\nlatency as the clients saw it: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(0)} ms (waiting for a boot)\n`,
    )
    for (const promise of report.broken) process.stdout.write(`BROKEN  ${promise}\n`)
    process.stdout.write(
      kept
        ? `\nNothing lost, nothing twice: ${report.counts['bids acknowledged']} acknowledged bids are in the books, and all the money is there.\n`
        : '\nA promise was broken.\n',
    )
  }
} finally {
  await house?.kill().catch(() => undefined)
  if (values.keep) say(`the data is kept in ${folder}`)
  else await rm(folder, { recursive: true, force: true })
}
process.exit(code)
