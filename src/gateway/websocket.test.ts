import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { manualClock } from '../base/clock.testing.ts'
import type { ServerFrame } from './frames.ts'
import type { GatewayAnswer } from './ports.ts'
import { running, type Script, scriptedRouter } from './scripted.testing.ts'
import type { GatewayOptions } from './start.ts'

type Test = { after: typeof after }

async function gateway(t: Test, script: Script = {}, options: Partial<GatewayOptions> = {}) {
  const router = scriptedRouter(script)
  const house = await running(router, options)
  t.after(() => house.gateway.stop({ graceMs: 0 }))
  return { ...house, router, ws: `${house.url.replace('http', 'ws')}/ws` }
}

/** A client that shows every frame it gets, in order. */
async function connected(url: string, options: { headers?: Record<string, string> } = {}) {
  const socket = new WebSocket(url, options)
  const frames: ServerFrame[] = []
  const waiting: ((frame: ServerFrame) => void)[] = []
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as ServerFrame
    const next = waiting.shift()
    if (next) next(frame)
    else frames.push(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  await once(socket, 'open')
  const next = () => {
    const frame = frames.shift()
    return frame ? Promise.resolve(frame) : new Promise<ServerFrame>((resolve) => waiting.push(resolve))
  }
  const send = (frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const hello = await next()
  const ask = (frame: unknown) => {
    send(frame)
    return next()
  }
  return { socket, send, next, hello, closed, ask }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const until = async (condition: () => boolean) => {
  while (!condition()) await settled()
}
const codeOf = (frame: ServerFrame) => ('code' in frame ? `${frame.type} ${frame.code}` : frame.type)

describe('calls', () => {
  test('are answered under their id, each in its own time', async (t) => {
    const late: (() => void)[] = []
    const { ws, router } = await gateway(t, {
      request: ({ input }) => new Promise((resolve) => late.unshift(() => resolve({ type: 'replied', output: input }))),
    })
    const client = await connected(ws)
    client.send({ type: 'call', id: 1, to: 'auction/lot/1', message: 'bid', input: { a: 'é' }, idempotencyKey: 'k' })
    client.send({ type: 'call', id: 'two', to: 'auction/lot/1', message: 'bid' })
    await until(() => late.length === 2)
    for (const answer of late) answer()
    assert.deepEqual(await client.next(), { type: 'reply', id: 'two' })
    assert.deepEqual(await client.next(), { type: 'reply', id: 1, output: { a: 'é' } })
    const connection = client.hello.type === 'hello' ? client.hello.connection : null
    assert.deepEqual(router.requests[0], {
      to: { component: 'auction', key: 'lot/1' },
      message: 'bid',
      input: '{"a":"é"}',
      caller: { identity: 'anonymous', connection },
      from: 'gateway',
      idempotencyKey: 'k',
    })
    assert.equal(router.requests[1]?.input, null)
  })

  test('of reads tell the sequence up to which events are in the output', async (t) => {
    const { ws, router } = await gateway(t, { read: () => ({ type: 'replied', output: '{"highest":3}' }) })
    router.publish('auction/lot-1', 'highest', {})
    const client = await connected(ws)
    const reply = await client.ask({ type: 'call', id: 1, to: 'auction/lot-1', message: 'standing' })
    assert.deepEqual(reply, { type: 'reply', id: 1, sequence: 1, output: { highest: 3 } })
  })

  test('that are rejected or fail say so', async (t) => {
    let answer: GatewayAnswer = { type: 'rejected', code: 'CLOSED', data: '{}' }
    const { ws, lines } = await gateway(t, { request: () => answer })
    const client = await connected(ws)
    const call = { type: 'call', id: 1, to: 'auction/lot-1', message: 'bid' }
    assert.deepEqual(await client.ask(call), { type: 'rejected', id: 1, code: 'CLOSED', data: {} })
    answer = { type: 'failed', code: 'OVERLOADED', message: 'full', retryAfterMs: 50 }
    assert.deepEqual(await client.ask(call), { ...answer, id: 1 })
    answer = { type: 'failed', code: 'HANDLER_FAILED', message: 'password hunter2' }
    assert.doesNotMatch(JSON.stringify(await client.ask(call)), /hunter2/)
    assert.match(JSON.stringify(lines), /hunter2/)
  })

  test('to what is not exposed, or is no address, are refused', async (t) => {
    const { ws, router } = await gateway(t)
    const client = await connected(ws)
    const to = async (address: string) => codeOf(await client.ask({ type: 'call', id: 1, to: address, message: 'bid' }))
    assert.equal(await to('ledger/ada'), 'failed NOT_EXPOSED')
    assert.equal(await to('__proto__/x'), 'failed NOT_EXPOSED')
    assert.equal(await to('auction'), 'failed ADDRESS_INVALID')
    assert.equal(await to('auction/'), 'failed ADDRESS_INVALID')
    assert.equal(await to(`auction/${'x'.repeat(513)}`), 'failed ADDRESS_INVALID')
    assert.equal(await to('auction/\ud800'), 'failed ADDRESS_INVALID')
    assert.equal(router.requests.length, 0)
  })

  test('in flight are bounded and have different ids', async (t) => {
    const answers: (() => void)[] = []
    const { ws } = await gateway(
      t,
      { request: () => new Promise((resolve) => answers.push(() => resolve({ type: 'replied', output: null }))) },
      { limits: { callsInFlightMax: 2 } },
    )
    const client = await connected(ws)
    const call = (id: number) => ({ type: 'call', id, to: 'auction/lot-1', message: 'bid' })
    client.send(call(1))
    const twice = await client.ask(call(1))
    assert.deepEqual([codeOf(twice), 'id' in twice && twice.id], ['failed REQUEST_ID_IN_USE', null])
    client.send(call(2))
    assert.deepEqual(codeOf(await client.ask(call(3))), 'failed GATEWAY_OVERLOADED')
    for (const answer of answers) answer()
    await client.next()
    await client.next()
    client.send(call(1))
    await until(() => answers.length === 3)
  })

  test('with an idempotency key that is too long are refused', async (t) => {
    const { ws } = await gateway(t)
    const client = await connected(ws)
    const call = { type: 'call', id: 1, to: 'auction/lot-1', message: 'bid', idempotencyKey: 'k'.repeat(256) }
    assert.equal(codeOf(await client.ask(call)), 'failed IDEMPOTENCY_KEY_INVALID')
  })
})

describe('frames', () => {
  test('that are malformed are named, and end the connection when they go on', async (t) => {
    const { ws, router } = await gateway(t)
    const client = await connected(ws)
    const wrong = [
      ['{', /not JSON/],
      ['[]', /JSON object/],
      ['{"type":"shout","id":1}', /'type' is one of/],
      ['{"type":"call","id":{},"to":"auction/x","message":"bid"}', /'id'/],
      ['{"type":"ping"}', null],
      ['{"type":"call","id":1,"to":7,"message":"bid"}', /'to'/],
      ['{"type":"call","id":2,"to":"auction/x"}', /'message'/],
      ['{"type":"attach","id":3,"to":"auction/x","read":1}', /'read'/],
      ['{"type":"call","id":4,"to":"auction/x","message":"bid","idempotencyKey":1}', /'idempotencyKey'/],
    ] as const
    for (const [text, why] of wrong) {
      const frame = await client.ask(text)
      if (why === null) assert.equal(frame.type, 'pong')
      else assert.match(JSON.stringify(frame), why)
    }
    client.send('{"type":"call","id":1e999,"to":"a/b","message":"c"}')
    assert.deepEqual(await client.closed, { code: 1008, reason: 'FRAME_INVALID' })
    assert.equal(router.requests.length, 0)
  })

  test('that are nested without end do no harm', async (t) => {
    const { ws } = await gateway(t)
    const client = await connected(ws)
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    const frame = await client.ask(`{"type":"call","id":1,"to":"auction/lot-1","message":"bid","input":${deep}}`)
    // Whether such a value can be written again depends on the stack of the JavaScript engine.
    assert.match(codeOf(frame), /^(reply|failed FRAME_INVALID)$/)
    assert.equal((await client.ask({ type: 'ping' })).type, 'pong')
  })

  test('that are binary, too large, or no UTF-8 end the connection with the code that says so', async (t) => {
    const { ws } = await gateway(t, {}, { limits: { frameBytesMax: 1000 } })
    const binary = await connected(ws)
    binary.socket.send(Buffer.from('{"type":"ping"}'), { binary: true })
    assert.deepEqual(await binary.closed, { code: 1003, reason: 'FRAME_BINARY' })
    const large = await connected(ws)
    large.send('x'.repeat(1001))
    assert.equal((await large.closed).code, 1009)
    const bytes = await connected(ws)
    bytes.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false })
    assert.equal((await bytes.closed).code, 1007)
  })
})

describe('attachments', () => {
  test('begin with a read, and events follow in order', async (t) => {
    const { ws, router } = await gateway(t, { read: () => ({ type: 'replied', output: '{"highest":7}' }) })
    router.publish('auction/lot-1', 'highest', { amount: 7 })
    const client = await connected(ws)
    const attached = await client.ask({ type: 'attach', id: 1, to: 'auction/lot-1', read: 'standing' })
    assert.deepEqual(attached, { type: 'attached', id: 1, to: 'auction/lot-1', sequence: 1, output: { highest: 7 } })
    for (let n = 0; n < 100; n++) router.publish('auction/lot-1', 'highest', { n })
    for (let n = 0; n < 100; n++) {
      const event = { type: 'event', to: 'auction/lot-1', sequence: n + 2, event: 'highest', data: { n } }
      assert.deepEqual(await client.next(), event)
    }
  })

  test('lose no event that is published before they are answered, and repeat none', async (t) => {
    let answer = () => {}
    const { ws, router } = await gateway(t, {
      attach: () =>
        new Promise((resolve) => {
          answer = () => resolve({ answer: { type: 'replied', output: null }, sequence: 1 })
        }),
    })
    const client = await connected(ws)
    client.send({ type: 'attach', id: 1, to: 'auction/lot-1' })
    await until(() => router.attachments.size === 1)
    router.publish('auction/lot-1', 'highest', 'in the snapshot')
    router.publish('auction/lot-1', 'highest', 'after it')
    answer()
    assert.deepEqual(await client.next(), { type: 'attached', id: 1, to: 'auction/lot-1', sequence: 1 })
    assert.deepEqual(await client.next(), {
      type: 'event',
      to: 'auction/lot-1',
      sequence: 2,
      event: 'highest',
      data: 'after it',
    })
  })

  test('that are refused leave nothing behind', async (t) => {
    const { ws, router } = await gateway(t, { read: () => ({ type: 'failed', code: 'NOT_FOUND', message: 'no' }) })
    const client = await connected(ws)
    const frame = await client.ask({ type: 'attach', id: 1, to: 'auction/lot-1', read: 'standing' })
    assert.deepEqual(frame, { type: 'failed', id: 1, code: 'NOT_FOUND', message: 'no' })
    client.send({ type: 'detach', id: 2, to: 'auction/lot-1' })
    assert.deepEqual(await client.next(), { type: 'reply', id: 2 })
    assert.deepEqual(router.log, ['attach auction/lot-1'])
  })

  test('start anew when they are asked for again', async (t) => {
    const { ws, router } = await gateway(t)
    const client = await connected(ws)
    client.send({ type: 'attach', id: 1, to: 'auction/lot-1' })
    client.send({ type: 'attach', id: 2, to: 'auction/lot-1' })
    client.send({ type: 'detach', id: 3, to: 'auction/lot-1' })
    assert.deepEqual(
      [await client.next(), await client.next(), await client.next()].map((frame) => frame.type),
      ['attached', 'attached', 'reply'],
    )
    const detach = 'detach auction/lot-1'
    const attach = 'attach auction/lot-1'
    assert.deepEqual(router.log, [attach, detach, attach, detach])
    router.publish('auction/lot-1', 'highest', {})
    assert.equal((await client.ask({ type: 'ping' })).type, 'pong')
  })

  test('are bounded', async (t) => {
    const { ws } = await gateway(t, {}, { limits: { attachmentsMax: 1 } })
    const client = await connected(ws)
    await client.ask({ type: 'attach', id: 1, to: 'auction/a' })
    assert.equal(codeOf(await client.ask({ type: 'attach', id: 2, to: 'auction/b' })), 'failed ATTACHMENTS_TOO_MANY')
    assert.equal(codeOf(await client.ask({ type: 'attach', id: 3, to: 'auction/a' })), 'attached')
  })

  test('end with their connection, also those that are answered after it', async (t) => {
    let answer = () => {}
    const {
      ws,
      router,
      gateway: house,
    } = await gateway(t, {
      attach: () =>
        new Promise((resolve) => {
          answer = () => resolve({ answer: { type: 'replied', output: null }, sequence: 0 })
        }),
    })
    const client = await connected(ws)
    client.send({ type: 'attach', id: 1, to: 'auction/lot-1' })
    await until(() => router.attachments.size === 1)
    client.socket.terminate()
    await until(() => house.connections === 0)
    answer()
    await settled()
    assert.deepEqual(router.log, ['attach auction/lot-1', 'disconnect', 'disconnect'])
  })

  test('of a client that does not read drop events and say so, until it attaches again', async (t) => {
    const { ws, router } = await gateway(t, {}, { limits: { bufferedBytesForEvents: 10_000, bufferedBytesMax: 1e9 } })
    const client = await connected(ws)
    await client.ask({ type: 'attach', id: 1, to: 'auction/lot-1' })
    client.socket.pause()
    let published = 0
    const flood = () => {
      for (let n = 0; n < 100; n++) router.publish('auction/lot-1', 'highest', 'x'.repeat(10_000))
      published += 100
    }
    for (let round = 0; round < 20; round++) {
      flood()
      await settled()
    }
    client.socket.resume()
    let seen = 0
    for (;;) {
      const frame = await client.next()
      if (frame.type === 'lagged') break
      assert.equal(frame.type === 'event' && frame.sequence, ++seen)
    }
    assert.ok(seen < published)
    router.publish('auction/lot-1', 'highest', 'dropped')
    const again = await client.ask({ type: 'attach', id: 2, to: 'auction/lot-1' })
    assert.equal(again.type === 'attached' && again.sequence, published + 1)
    router.publish('auction/lot-1', 'highest', 'seen')
    assert.equal((await client.next()).type, 'event')
  })

  test('write a hot event once for all', async (t) => {
    const { ws, router } = await gateway(t)
    const clients = await Promise.all(Array.from({ length: 5 }, () => connected(ws)))
    for (const client of clients) await client.ask({ type: 'attach', id: 1, to: 'auction/lot-1' })
    let written = 0
    const counted = {
      sequence: 1,
      event: 'highest',
      get data() {
        written++
        return '1'
      },
    }
    for (const attached of router.attachments.values()) attached.onEvent(counted)
    for (const client of clients) assert.equal((await client.next()).type, 'event')
    assert.equal(written, 1)
  })
})

describe('connections', () => {
  test('say who they are', async (t) => {
    const { ws } = await gateway(t)
    const { hello } = await connected(ws)
    assert.equal(hello.type === 'hello' && hello.heartbeatMs, 20_000)
    const limits = { frameBytes: 1_048_576, callsInFlight: 256, attachments: 1_000 }
    assert.deepEqual(hello.type === 'hello' && hello.limits, limits)
  })

  test('are authenticated when they are made', async (t) => {
    const { ws, router } = await gateway(
      t,
      {},
      {
        authenticate: async ({ headers, url }) =>
          url.endsWith('/ws?token=t') ? (headers.find(([name]) => name === 'x-user')?.[1] ?? null) : null,
      },
    )
    await assert.rejects(connected(ws), /401/)
    await assert.rejects(connected(`${ws}?token=t`), /401/)
    const client = await connected(`${ws}?token=t`, { headers: { 'X-User': 'ada' } })
    await client.ask({ type: 'call', id: 1, to: 'auction/lot-1', message: 'wave' })
    assert.equal(router.requests[0]?.caller.identity, 'ada')
  })

  test('are refused to pages of other origins, and elsewhere', async (t) => {
    const { ws, gateway: house } = await gateway(t)
    await assert.rejects(connected(ws, { headers: { origin: 'https://evil.example' } }), /403/)
    await assert.rejects(connected(`${ws}/x`), /404/)
    await until(() => house.connections === 0)
  })

  test('of a client that gives no sign end after two heartbeats', async (t) => {
    const clock = manualClock()
    const { ws } = await gateway(t, {}, { clock })
    const silent = await connected(ws)
    silent.socket.pong = () => {}
    const alive = await connected(ws)
    const beat = async () => {
      const pinged = once(alive.socket, 'ping')
      clock.advance(20_000)
      await pinged
      await alive.ask({ type: 'ping' })
    }
    // @ts-expect-error ws answers pings by itself through this private part.
    silent.socket._receiver.removeAllListeners('ping')
    await beat()
    await beat()
    assert.equal(silent.socket.readyState, WebSocket.OPEN)
    await beat()
    assert.equal((await silent.closed).code, 1006)
    assert.equal(alive.socket.readyState, WebSocket.OPEN)
  })

  test('of a client that does not read its replies end, at the latest when it has no patience left', async (t) => {
    const clock = manualClock()
    const big = JSON.stringify('x'.repeat(100_000))
    const { ws, gateway: house } = await gateway(
      t,
      { request: () => ({ type: 'replied', output: big }) },
      { limits: { bufferedBytesMax: 500_000 }, clock },
    )
    const flooded = async () => {
      const client = await connected(ws)
      client.socket.pause()
      for (let id = 0; id < 250; id++) client.send({ type: 'call', id, to: 'auction/lot-1', message: 'bid' })
      for (let round = 0; round < 500; round++) await settled()
      return client
    }
    const late = await flooded()
    late.socket.resume()
    assert.deepEqual(await late.closed, { code: 1013, reason: 'CLIENT_TOO_SLOW' })
    const never = await flooded()
    assert.equal(house.connections, 1)
    clock.advance(5_000)
    await until(() => house.connections === 0)
    never.socket.terminate()
  })

  test('of a client that leaves without a word are forgotten', async (t) => {
    const { ws, router, gateway: house } = await gateway(t)
    const client = await connected(ws)
    await client.ask({ type: 'attach', id: 1, to: 'auction/lot-1' })
    // @ts-expect-error the raw socket is a private part of ws
    client.socket._socket.end()
    await until(() => house.connections === 0)
    assert.equal(router.attachments.size, 0)
  })
})
