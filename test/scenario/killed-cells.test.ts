/**
 * Cells are killed at random under load. A worker that is terminated after it has posted its commit still commits, so
 * this is where a turn would be done twice; and events count every commit, so this is where one would be missed.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { builtTrouble, connected, emptyFolder, serving, until } from './trouble.ts'

const trouble = await builtTrouble()
/** Of each of two cells: pauses before a restart double, so more would only wait. */
const KILLS = 6
const ENTITIES = 6
const CALLERS_PER_ENTITY = 4

test('cells that are killed under load lose no answer, and do no turn twice', async (t) => {
  const cells: { readonly name: string | null; readonly worker: Worker }[] = []
  const spawned = (worker: Worker) => void cells.push({ name: worker.threadName, worker })
  process.on('worker', spawned)
  t.after(async () => void process.off('worker', spawned))
  const { host, url, post, get } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const client = await connected(url)
  const keys = Array.from({ length: ENTITIES }, (_, i) => `e${i}`)
  const counts = new Map<string, number[]>(
    keys.flatMap((key) => [
      [`box/${key}`, []],
      [`wild/${key}`, []],
    ]),
  )
  for (const key of keys) {
    await post(`wild/${key}/start`)
    await post(`box/${key}/remind`, { delay: 1_000_000 })
    await client.call({ type: 'attach', to: `box/${key}` })
  }
  const odd: unknown[] = []
  let isOver = false
  const callers = [...counts].flatMap(([to, heard]) =>
    Array.from({ length: CALLERS_PER_ENTITY }, async () => {
      while (!isOver) {
        const message = to.startsWith('box') ? 'add' : 'touch'
        const frame = await client.call({ type: 'call', to, message })
        if (frame.type === 'reply') heard.push(Number(Object.values(frame.output as object)[0]))
        else odd.push(frame)
      }
    }),
  )
  const living = (name: string) => cells.filter((cell) => cell.name === name).at(-1)?.worker
  for (let kill = 0; kill < KILLS; kill++) {
    for (const name of ['box', 'wild']) {
      await sleep(20 + Math.random() * 100)
      await living(name)?.terminate()
    }
    await until(async () => (await host.status()).state === 'serving', 'the cells are back')
  }
  isOver = true
  await Promise.all(callers)
  for (const name of ['box', 'wild']) {
    // A slow machine may have the watchdog end one more.
    assert.ok(cells.filter((cell) => cell.name === name).length > KILLS, 'each kill hit a cell')
  }
  assert.deepEqual(odd, [], 'nobody was told of any of it')
  for (const [to, heard] of counts) {
    const { count, touched } = (await get(`${to}/look`)).body as { count?: number; touched?: number }
    assert.equal(count ?? touched, heard.length, `${to}: as many turns as answers`)
    assert.deepEqual(
      heard.toSorted((a, b) => a - b),
      heard.map((_, i) => i + 1),
      `${to}: each number once`,
    )
  }
  for (const key of keys) {
    const events = client.events.flatMap((frame) =>
      frame.type === 'event' && frame.to === `box/${key}` ? [frame] : [],
    )
    assert.deepEqual(
      events.map(({ sequence, data }) => [sequence, (data as { count: number }).count]),
      events.map((_, i) => [i + 1, i + 1]),
      `${key}: events in order, none missing, none twice`,
    )
    assert.equal(events.length, counts.get(`box/${key}`)?.length)
  }
  t.diagnostic(`${[...counts.values()].reduce((sum, { length }) => sum + length, 0)} turns`)
})
