/**
 * The host is killed at random moments under load, again and again. Afterwards the load's own account of what was
 * acknowledged is compared with what is there: nothing is lost, nothing has happened twice.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startHouse, startLoad } from '../../examples/auction/demo/processes.ts'
import { buildRelease } from '../../src/release/index.ts'

const KILLS = Number(process.env['SELFSAME_TEST_KILLS'] ?? 20)
const SECONDS_PER_KILL_MAX = 5
const example = join(import.meta.dirname, '../../examples/auction')

test(`an acknowledged turn survives ${KILLS} kills under load, and happens once`, {
  timeout: KILLS * SECONDS_PER_KILL_MAX * 1_000 + 60_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-kill-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const built = await buildRelease({ dir: example, out: join(folder, 'releases') })
  assert.ok('digest' in built, 'the example builds')

  const options = { release: built.path, data: join(folder, 'data'), port: await freePort() }
  let house = await startHouse(options)
  t.after(() => house.kill())
  const load = startLoad({ url: house.url, bidders: 40, lots: 12, pauseMs: 20 })
  t.after(() => load.kill())
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(200 + Math.random() * 800)
    await house.kill()
    house = await startHouse(options)
  }
  await sleep(500)
  const report = await load.finish()
  t.diagnostic(JSON.stringify(report.counts))
  assert.deepEqual(report.broken, [])
  assert.ok((report.counts['bids acknowledged'] ?? 0) > KILLS * 10, 'the house worked between the kills')
  assert.ok((report.counts['connections dropped'] ?? 0) >= KILLS, 'the kills were felt')
  assert.equal(await house.stop(), 0)
})
