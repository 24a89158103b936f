import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { manualClock } from '../base/clock.testing.ts'
import { codeOf } from '../base/index.ts'
import { listenError } from './listen-error.ts'
import type { GatewayAnswer } from './ports.ts'
import { raw, running, scriptedRouter } from './scripted.testing.ts'

const listen = (port: number, host = '127.0.0.1') => running(scriptedRouter(), { listen: { host, port } })
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a port in use is named', async (t) => {
  const first = await listen(0)
  t.after(() => first.gateway.stop({ graceMs: 0 }))
  await assert.rejects(listen(first.gateway.port), {
    code: 'PORT_IN_USE',
    message: new RegExp(`${first.gateway.port}`),
  })
})

test('a host that is not of this machine is named', async () => {
  await assert.rejects(listen(0, '203.0.113.1'), { code: 'LISTEN_FAILED' })
})

test('a port that may not be opened is named', () => {
  const denied = Object.assign(new Error('listen EACCES'), { code: 'EACCES' })
  assert.equal(codeOf(listenError(denied, { host: '0.0.0.0', port: 80 })), 'PORT_NOT_PERMITTED')
})

test('a stop answers what is in flight, tells WebSocket clients, and takes nothing new', async () => {
  const answers: ((answer: GatewayAnswer) => void)[] = []
  const { gateway, url } = await running(
    scriptedRouter({ request: () => new Promise((resolve) => answers.push(resolve)) }),
  )
  const http = fetch(`${url}/auction/lot-1/bid`, { method: 'POST', body: '1' })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  const frames: { type: string; id?: number; code?: string }[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data))))
  const closed = once(socket, 'close')
  await once(socket, 'open')
  socket.send('{"type":"call","id":1,"to":"auction/lot-1","message":"bid"}')
  while (answers.length < 2) await settled()

  let stopped = false
  const stopping = gateway.stop({ graceMs: 60_000 }).then(() => {
    stopped = true
  })
  while (!frames.some(({ type }) => type === 'going')) await settled()
  await assert.rejects(fetch(`${url}/healthz`))
  socket.send('{"type":"call","id":2,"to":"auction/lot-1","message":"bid"}')
  while (!frames.some(({ id }) => id === 2)) await settled()
  assert.equal(stopped, false)
  for (const answer of answers) answer({ type: 'replied', output: '"done"' })

  const response = await http
  assert.equal(await response.json(), 'done')
  assert.equal(response.headers.get('connection'), 'close')
  const [code] = await closed
  assert.equal(code, 1001)
  assert.deepEqual(
    frames.slice(1).map(({ type, id, code }) => [type, id, code]),
    [
      ['going', undefined, undefined],
      ['failed', 2, 'GATEWAY_STOPPING'],
      ['reply', 1, undefined],
    ],
  )
  await stopping
  assert.equal(gateway.connections, 0)
})

test('a stop cuts off what is not done after its grace, and may be asked for twice', async () => {
  const clock = manualClock()
  const { gateway, url } = await running(scriptedRouter({ request: () => new Promise(() => {}) }), { clock })
  const hanging = fetch(`${url}/auction/lot-1/bid`, { method: 'POST', body: '1' })
  const silent = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await once(silent, 'open')
  silent.send('{"type":"call","id":1,"to":"auction/lot-1","message":"bid"}')
  const half = raw(gateway.port, 'POST /auction/lot-1/bid HTTP/1.1\r\n').catch(() => {})
  hanging.catch(() => {})
  while (gateway.connections < 3) await settled()
  const stopping = gateway.stop({ graceMs: 5_000 })
  assert.equal(gateway.stop({ graceMs: 0 }), stopping)
  await settled()
  clock.advance(5_000)
  await stopping
  await assert.rejects(hanging)
  await half
})

test('readiness ends when the stop begins', async () => {
  let answer = (_: GatewayAnswer) => {}
  const { gateway } = await running(
    scriptedRouter({
      request: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    }),
  )
  const bid = 'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\n\r\n'
  const received = raw(gateway.port, `${bid}GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n`)
  while (gateway.connections === 0) await settled()
  await settled()
  await settled()
  const stopping = gateway.stop({ graceMs: 1_000 })
  await settled()
  answer({ type: 'replied', output: '1' })
  assert.match(await received, /200 OK/)
  await stopping
})
