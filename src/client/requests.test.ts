import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connect } from './client.ts'
import type { ConnectOptions } from './connection.ts'
import { fakeGateway } from './scripted.testing.ts'

type Loose = Record<string, (input?: unknown) => Promise<unknown>>

/** A client of a contract that is not known here, in front of a gateway that the test plays. */
function started(options: ConnectOptions = {}) {
  const fake = fakeGateway()
  const connection = connect('ws://house', { ...options, powers: fake.powers })
  const lot = connection.of('auction').at('lot-1') as unknown as Loose
  return { fake, connection, lot, call: (message: string, input?: unknown) => (lot[message] as Loose[string])(input) }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => error.code as string,
  )
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a call', () => {
  test('is sent when the connection is there, and answered under its id', async () => {
    const { fake, call } = started()
    const first = call('bid', { amount: 1 })
    const second = call('wave')
    assert.deepEqual(fake.socket.received, [])
    fake.socket.hello()
    assert.deepEqual(fake.socket.received, [
      { id: 1, type: 'call', to: 'auction/lot-1', message: 'bid', input: { amount: 1 } },
      { id: 2, type: 'call', to: 'auction/lot-1', message: 'wave' },
    ])
    fake.socket.say({ type: 'reply', id: 2 })
    fake.socket.say({ type: 'reply', id: 1, output: { highest: 1 } })
    assert.deepEqual(await first, { highest: 1 })
    assert.equal(await second, undefined)
  })

  test('takes its input as it is when it is made', async () => {
    const { fake, call } = started()
    const input = { amount: 1 }
    call('bid', input).catch(() => {})
    input.amount = 2
    fake.socket.hello()
    assert.deepEqual(fake.socket.last('call').input, { amount: 1 })
  })

  test('with an input that is no JSON rejects, and disturbs no other', async () => {
    const { fake, call } = started()
    await assert.rejects(call('bid', { amount: 1n }), TypeError)
    const good = call('bid')
    fake.socket.hello()
    fake.socket.say({ type: 'reply', id: fake.socket.last('call').id })
    await good
  })

  test('rejects with code, data and what rejected it', async () => {
    const { fake, call } = started()
    const rejected = call('bid')
    fake.socket.hello()
    fake.socket.say({ type: 'rejected', id: 1, code: 'CLOSED', data: { at: 5 } })
    await assert.rejects(rejected, {
      name: 'Rejection',
      code: 'CLOSED',
      data: { at: 5 },
      rejection: { component: 'auction', message: 'bid' },
    })
  })

  test('rejects with the codes of the host as rejections, and with others as failures', async () => {
    const { fake, call } = started()
    fake.powers.after(0, () => {})
    const missing = call('bid')
    const invalid = call('bid')
    fake.socket.hello()
    fake.socket.say({ type: 'failed', id: 1, code: 'NOT_FOUND', message: 'no' })
    const issues = [{ path: 'amount', message: 'must be integer' }]
    fake.socket.say({ type: 'failed', id: 2, code: 'INPUT_INVALID', message: 'no', issues, logId: '7' })
    await assert.rejects(missing, { code: 'NOT_FOUND', data: {}, rejection: { component: 'auction', message: 'bid' } })
    await assert.rejects(invalid, (error: object) => {
      assert.ok(!('rejection' in error))
      assert.deepEqual({ ...error }, { name: 'CallFailed', code: 'INPUT_INVALID', issues, logId: '7' })
      return true
    })
  })

  test('that was sent when the connection is lost has an unknown outcome', async () => {
    const { fake, call } = started()
    const sent = call('bid')
    fake.socket.hello()
    fake.socket.drop()
    assert.equal(await codeOf(sent), 'OUTCOME_UNKNOWN')
    fake.advance(10_000)
    fake.socket.hello()
    assert.deepEqual(fake.socket.received, [])
  })

  test('with retry is sent again under the same key, before younger ones', async () => {
    const { fake, call } = started({ retry: true })
    const first = call('bid', { n: 1 })
    fake.socket.hello()
    fake.socket.drop()
    const second = call('bid', { n: 2 })
    fake.advance(10_000)
    fake.socket.hello()
    const keys = fake.socket.received.map((frame) => frame.type === 'call' && [frame.input, frame.idempotencyKey])
    assert.deepEqual(keys, [
      [{ n: 1 }, 'key-1'],
      [{ n: 2 }, 'key-2'],
    ])
    for (const frame of fake.socket.received)
      if (frame.type === 'call') fake.socket.say({ type: 'reply', id: frame.id })
    await Promise.all([first, second])
  })

  test('with retry that loses every connection has an unknown outcome in the end', async () => {
    const { fake, call } = started({ retry: true })
    const code = codeOf(call('bid'))
    for (let n = 0; n < 8; n++) {
      fake.socket.hello()
      fake.socket.drop()
      fake.advance(10_000)
    }
    assert.equal(await code, 'OUTCOME_UNKNOWN')
  })

  test('that was never sent is given up in time, and nothing has happened', async () => {
    const { fake, call } = started({ patienceMs: 500 })
    const code = codeOf(call('bid'))
    fake.socket.drop()
    fake.advance(500)
    assert.equal(await code, 'UNDELIVERED')
    for (let n = 0; n < 20; n++) fake.advance(1_000)
    fake.socket.hello()
    assert.deepEqual(fake.socket.received, [])
  })

  test('that a stopping host refuses goes to the next one', async () => {
    const { fake, call } = started()
    const early = call('bid')
    fake.socket.hello()
    fake.socket.say({ type: 'going' })
    const held = call('wave')
    assert.equal(fake.socket.received.length, 1)
    fake.socket.say({ type: 'failed', id: 1, code: 'GATEWAY_STOPPING', message: 'stopping' })
    fake.socket.drop()
    fake.advance(10_000)
    fake.socket.hello()
    assert.equal(fake.socket.received.length, 2)
    for (const frame of fake.socket.received)
      if (frame.type === 'call') fake.socket.say({ type: 'reply', id: frame.id })
    await Promise.all([early, held])
  })

  test('that was refused for too much load is sent again if that is safe', async () => {
    const overloaded = { type: 'failed', id: 1, code: 'OVERLOADED', message: 'full', retryAfterMs: 300 } as const
    const once = started()
    const refused = codeOf(once.call('bid'))
    once.fake.socket.hello()
    once.fake.socket.say(overloaded)
    assert.equal(await refused, 'OVERLOADED')
    const again = started({ retry: true })
    const taken = again.call('bid')
    again.fake.socket.hello()
    again.fake.socket.say(overloaded)
    assert.equal(again.fake.socket.received.length, 1)
    again.fake.advance(300)
    again.fake.socket.say({ type: 'reply', id: again.fake.socket.last('call').id, output: 1 })
    assert.equal(await taken, 1)
  })

  test('waits while as many are in flight as the gateway allows', async () => {
    const { fake, call } = started()
    const calls = Array.from({ length: 10 }, () => call('bid'))
    fake.socket.hello()
    assert.equal(fake.socket.received.length, 4)
    for (let id = 1; id <= 10; id++) fake.socket.say({ type: 'reply', id, output: id })
    assert.deepEqual(await Promise.all(calls), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('that is too large for a frame is refused here', async () => {
    const { fake, call } = started()
    const large = codeOf(call('bid', 'é'.repeat(500)))
    const good = call('bid', 'x'.repeat(500))
    fake.socket.hello()
    assert.equal(await large, 'FRAME_TOO_LARGE')
    fake.socket.say({ type: 'reply', id: fake.socket.last('call').id })
    await good
  })

  test('beyond the bound of those that wait is refused', async () => {
    const { connection, call } = started()
    const calls = Array.from({ length: 10_001 }, () => codeOf(call('bid')))
    assert.equal(await calls.at(-1), 'OVERLOADED')
    connection.close()
    assert.equal(await calls[0], 'CLIENT_CLOSED')
  })
})

describe('a connection', () => {
  test('opens when it is first needed, and again until it is closed', async () => {
    const { fake, connection, call } = started()
    assert.deepEqual([connection.state, fake.sockets.length], ['idle', 0])
    const code = codeOf(call('bid'))
    assert.equal(connection.state, 'opening')
    fake.socket.drop()
    assert.equal(connection.state, 'waiting')
    fake.advance(10_000)
    fake.socket.hello()
    assert.equal(connection.state, 'up')
    connection.close()
    assert.equal(await code, 'OUTCOME_UNKNOWN')
    assert.equal(connection.state, 'closed')
    assert.ok(fake.socket.closed)
    assert.equal(await codeOf(call('bid')), 'CLIENT_CLOSED')
    fake.advance(60_000)
    assert.equal(fake.sockets.length, 2)
  })

  test('backs off, up to a bound', () => {
    const { fake, call } = started()
    call('bid').catch(() => {})
    const waits: number[] = []
    for (let n = 0; n < 8; n++) {
      const before = fake.sockets.length
      fake.socket.drop()
      let waited = 0
      for (; fake.sockets.length === before; waited += 50) fake.advance(50)
      waits.push(waited)
    }
    assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  })

  test('that says nothing is dead, and one that answers pings is not', async () => {
    const { fake, call } = started()
    const code = codeOf(call('bid'))
    fake.socket.hello()
    for (let n = 0; n < 10; n++) {
      fake.advance(1_000)
      assert.equal(fake.socket.received.at(-1)?.type, 'ping')
      fake.socket.say({ type: 'pong' })
    }
    assert.equal(fake.sockets.length, 1)
    fake.advance(3_500)
    assert.equal(await code, 'OUTCOME_UNKNOWN')
    assert.equal(fake.sockets.length, 2)
  })

  test('that never greets is given up', async () => {
    const { fake, call } = started()
    call('bid').catch(() => {})
    fake.advance(10_500)
    assert.equal(fake.sockets.length, 2)
    assert.ok(fake.sockets[0]?.closed)
  })

  test('is to the path of WebSockets, whatever form its URL has', () => {
    const opened: string[] = []
    const fake = fakeGateway()
    const open = (url: string) => {
      opened.push(url)
      return fake.powers.open(url)
    }
    const powers = { ...fake.powers, open }
    for (const url of ['ws://h:1', 'https://h/', 'wss://h/deep/ws?token=t#x']) {
      ;(connect(url, { powers }).of('a').at('b') as unknown as Loose)['x']?.().catch(() => {})
    }
    assert.deepEqual(opened, ['ws://h:1/ws', 'wss://h/ws', 'wss://h/deep/ws?token=t'])
    for (const url of ['', 'house', 'ftp://house']) assert.throws(() => connect(url), { code: 'CLIENT_URL_INVALID' })
  })

  test('keeps its handles from being taken for promises', async () => {
    const { lot, fake } = started()
    assert.equal(await Promise.resolve(lot), lot)
    assert.equal(JSON.stringify({ lot }), '{"lot":{}}')
    await turn()
    assert.equal(fake.sockets.length, 0)
  })
})
