/** The lobby's routes: the list, opening a lot, and a response that goes on for as long as somebody listens. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildRelease } from '../../../src/release/index.ts'
import { freePort, startHouse } from '../demo/processes.ts'
import { LOT, openHouse } from '../house.testing.ts'

type Lots = readonly { readonly lot: string; readonly highest: number }[]

const open = (body: object) => new Request('http://house/lots', { method: 'POST', body: JSON.stringify(body) })

test('a lot that is opened over HTTP is listed, until it is closed', async () => {
  await using house = await openHouse([])
  const opened = await house.fetch(open({ lot: 'lot-2', title: 'Lamp', seller: 'bob', endsInMs: 60_000 }))
  assert.deepEqual([opened.status, await opened.json()], [201, { lot: 'lot-2' }])
  const lots = async () =>
    ((await (await house.fetch(new Request('http://house/lots'))).json()) as Lots).map((l) => l.lot)
  assert.deepEqual(await lots(), ['lot-1', 'lot-2'])
  await house.clock.advance(LOT.endsAt - house.clock.nowMs())
  assert.deepEqual(await lots(), ['lot-2'])
})

test('what is no lot is refused with 400, and opens nothing', async () => {
  await using house = await openHouse([])
  for (const body of [{ lot: 'lot-2' }, { lot: '', title: 'x', seller: 'bob', endsInMs: 1 }, []]) {
    assert.equal((await house.fetch(open(body))).status, 400, JSON.stringify(body))
  }
  assert.equal((await house.fetch(new Request('http://house/lots', { method: 'POST', body: '{' }))).status, 400)
})

test('a stream of lots comes line by line through the gateway, and ends when the client goes', {
  timeout: 60_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'stream-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const built = await buildRelease({ dir: join(import.meta.dirname, '..'), out: join(folder, 'releases') })
  assert.ok('digest' in built, 'the example builds')
  const house = await startHouse({ release: built.path, data: join(folder, 'data'), port: await freePort() })
  t.after(() => house.kill())

  const listening = new AbortController()
  const response = await fetch(`${house.url}/lots/stream`, { signal: listening.signal })
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  assert.ok(response.body !== null)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const nextLine = async (): Promise<Lots> => {
    while (!text.includes('\n')) {
      const { done, value } = await reader.read()
      assert.ok(!done, 'the stream goes on')
      text += value
    }
    const [line = '', ...rest] = text.split('\n')
    text = rest.join('\n')
    return JSON.parse(line)
  }
  assert.deepEqual(await nextLine(), [])
  const body = JSON.stringify({ lot: 'lot-1', title: 'Vase', seller: 'carol', endsInMs: 60_000 })
  await fetch(`${house.url}/lots`, { method: 'POST', body })
  let lots: Lots = []
  while (lots.length === 0) lots = await nextLine()
  assert.equal(lots[0]?.lot, 'lot-1')

  assert.ok(!house.log().includes('stopped listening'))
  listening.abort()
  for (let i = 0; i < 100 && !house.log().includes('stopped listening'); i++) await sleep(50)
  assert.match(house.log(), /a client stopped listening to the lots/)
})
