import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCell, testStore } from '../../cell.testing.ts'
import { HTTP_WINDOW_BYTES, type ToRoute } from '../../http-items.ts'

const text = new TextDecoder()
const bytes = new TextEncoder()
const caller = { identity: 'ada', connection: null }
const codified = { kind: 'route', name: 'site' } as const
const CONTRACT = `const Ledger = { name: 'ledger', definition: { messages: {
  balance: { read: true, access: 'public' }, hold: { access: 'public' }, secret: { access: 'self' } } } }`

/** A route whose `fetch(request, world)` has this body. */
async function routeCell(body: string, top = '') {
  const store = testStore()
  const script = `(require) => { ${CONTRACT}; ${top}; return { default: { kind: 'route', app: { async fetch(request, world) { ${body} } } } } }`
  const output: string[] = []
  const started = testCell({ script, codified, storePort: store.port, output: (line) => output.push(line) })
  await started.cell.ready
  const ask = (changes: Partial<Extract<ToRoute, { type: 'http' }>> = {}) =>
    started.cell.send({
      type: 'http',
      id: 1,
      method: 'GET',
      url: 'http://house/lots/1',
      headers: [['x-a', 'b']],
      hasBody: false,
      caller,
      ...changes,
    })
  const bodyOf = () => started.items.map((item) => (item.type === 'http-piece' ? text.decode(item.bytes) : '')).join('')
  const end = async () => {
    await started.cell.kill()
    store.close()
  }
  return { ...started, ask, bodyOf, end, output }
}

test('a route answers with what its app returns', async () => {
  const { ask, find, bodyOf, end } = await routeCell(
    "return Response.json({ path: new URL(request.url).pathname, a: request.headers.get('x-a') }, { status: 201 })",
  )
  ask()
  const head = await find('http-head')
  assert.equal(head.status, 201)
  assert.deepEqual(head.headers, [['content-type', 'application/json']])
  await find('http-end')
  assert.equal(bodyOf(), '{"path":"/lots/1","a":"b"}')
  await end()
})

test('a route streams over time', async () => {
  const { ask, find, bodyOf, end } = await routeCell(`return new Response(new ReadableStream({ async start(out) {
    for (const word of ['one ', 'two ']) { out.enqueue(new TextEncoder().encode(word)); await new Promise((done) => setTimeout(done, 5)) }
    out.close() } }))`)
  ask()
  await find('http-end')
  assert.equal(bodyOf(), 'one two ')
  await end()
})

test('a request body streams in and is acknowledged as it is read', async () => {
  const { cell, ask, find, items, bodyOf, end } = await routeCell("return new Response(await request.text() + '!')")
  ask({ method: 'POST', hasBody: true })
  cell.send({ type: 'http-piece', id: 1, bytes: bytes.encode('hel') })
  cell.send({ type: 'http-piece', id: 1, bytes: bytes.encode('lo') })
  cell.send({ type: 'http-end', id: 1 })
  await find('http-end')
  assert.equal(bodyOf(), 'hello!')
  assert.equal(
    items.reduce((sum, item) => sum + (item.type === 'http-taken' ? item.bytes : 0), 0),
    5,
  )
  await end()
})

test('a response waits for its client within the window', async () => {
  const { cell, ask, find, items, end } = await routeCell(
    'let n = 0; return new Response(new ReadableStream({ pull(out) { n++ < 40 ? out.enqueue(new Uint8Array(16384)) : out.close() } }))',
  )
  const sent = () => items.reduce((sum, item) => sum + (item.type === 'http-piece' ? item.bytes.byteLength : 0), 0)
  ask()
  await find('http-piece', () => sent() >= HTTP_WINDOW_BYTES)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(sent(), HTTP_WINDOW_BYTES)
  cell.send({ type: 'http-taken', id: 1, bytes: HTTP_WINDOW_BYTES })
  await find('http-piece', () => sent() >= 2 * HTTP_WINDOW_BYTES)
  cell.send({ type: 'http-taken', id: 1, bytes: HTTP_WINDOW_BYTES })
  await find('http-end')
  assert.equal(sent(), 40 * 16384)
  await end()
})

test('a route transforms a stream and splits it in two', async () => {
  const { ask, find, bodyOf, end } = await routeCell(`
    const { readable, writable } = new TransformStream()
    const writer = writable.getWriter()
    void writer.write(new TextEncoder().encode('twice')).then(() => writer.close())
    const [one, two] = readable.tee()
    return new Response(await new Response(one).text() + ' ' + await new Response(two).text())`)
  ask()
  assert.equal((await find('http-head')).status, 200)
  await find('http-end')
  assert.equal(bodyOf(), 'twice twice')
  await end()
})

test('a client that goes aborts the request and the stream', async () => {
  const { cell, ask, find, items, end } = await routeCell(`
    request.signal.addEventListener('abort', () => console.log('aborted', request.signal.reason.name))
    return new Response(new ReadableStream({ start(out) { out.enqueue(new Uint8Array(1)) }, cancel() { console.log('cancelled') } }))`)
  ask()
  await find('http-piece')
  cell.send({ type: 'http-abort', id: 1 })
  await find('log', ({ message }) => message === 'aborted AbortError')
  await find('log', ({ message }) => message === 'cancelled')
  assert.equal(
    items.some((item) => item.type === 'http-end'),
    false,
  )
  await end()
})

test('world sends, asks and lists in the name of the caller', async () => {
  const { cell, ask, find, bodyOf, end } = await routeCell(`
    const held = await world.send(Ledger, 'ada').hold({ amount: 1 })
    const read = await world.ask(Ledger, 'ada').balance()
    return Response.json([held, read, await world.list(Ledger, { limit: 2 })])`)
  ask()
  const hold = await find('call', ({ message }) => message === 'hold')
  assert.deepEqual(
    { ...hold },
    {
      type: 'call',
      id: 1,
      call: 0,
      read: false,
      to: { component: 'ledger', key: 'ada' },
      message: 'hold',
      input: '{"amount":1}',
      caller,
    },
  )
  cell.send({
    type: 'called',
    id: 1,
    call: 0,
    result: { type: 'settled', outcome: { type: 'replied', output: '{"left":9}' } },
  })
  assert.equal((await find('call', ({ message }) => message === 'balance')).read, true)
  cell.send({ type: 'called', id: 1, call: 1, result: { type: 'settled', outcome: { type: 'replied', output: '9' } } })
  await find('http-end')
  assert.equal(bodyOf(), '[{"left":9},9,["a","b"]]')
  await end()
})

test('a rejection and a code of the host are thrown as rejections', async () => {
  const { cell, ask, find, bodyOf, end } = await routeCell(`
    const caught = []
    for (const key of ['a', 'b', 'c']) await world.send(Ledger, key).hold().catch((error) => caught.push([error.code, error.data, error.rejection]))
    return Response.json(caught)`)
  ask()
  await find('call', ({ call }) => call === 0)
  cell.send({
    type: 'called',
    id: 1,
    call: 0,
    result: { type: 'settled', outcome: { type: 'rejected', code: 'NO_FUNDS', data: '{"x":1}' } },
  })
  await find('call', ({ call }) => call === 1)
  cell.send({ type: 'called', id: 1, call: 1, result: { type: 'failed', code: 'OVERLOADED', message: 'too much' } })
  await find('call', ({ call }) => call === 2)
  cell.send({ type: 'called', id: 1, call: 2, result: { type: 'failed', code: 'INPUT_INVALID', message: 'no' } })
  await find('http-end')
  const of = { component: 'ledger', message: 'hold' }
  assert.deepEqual(JSON.parse(bodyOf()), [
    ['NO_FUNDS', { x: 1 }, of],
    ['OVERLOADED', {}, of],
    ['INPUT_INVALID', null, null],
  ])
  await end()
})

test('what cannot be called is refused with its reason', async () => {
  const { ask, find, bodyOf, end } = await routeCell(`
    const codes = []
    for (const call of [() => world.ask(Ledger, 'a').hold(), () => world.send(Ledger, 'a').secret(), () => world.send({}, 'a'), () => world.list(Ledger, {})])
      try { await call() } catch (error) { codes.push(error.code) }
    return Response.json(codes)`)
  ask()
  await find('http-end')
  assert.deepEqual(JSON.parse(bodyOf()), ['CALL_INVALID', 'CALL_INVALID', 'CALL_INVALID', 'CALL_INVALID'])
  await end()
})

test('an app that throws, or answers with something else, fails its request alone', async () => {
  const { ask, find, end } = await routeCell(
    "if (request.url.endsWith('/odd')) return 'hello'; throw new Error('oops')",
  )
  ask()
  ask({ id: 2, url: 'http://house/odd' })
  assert.equal((await find('http-failed', ({ id }) => id === 1)).message, 'oops')
  assert.equal(
    (await find('http-failed', ({ id }) => id === 2)).message,
    'ROUTE_ANSWER_INVALID: The route answered with hello, not with a Response',
  )
  await end()
})

test('a route stops when its last request is answered', async () => {
  const { cell, ask, find } = await routeCell(
    "await new Promise((done) => setTimeout(done, 50)); return new Response('late')",
  )
  ask()
  const end = await cell.stop({ graceMs: 5_000 })
  assert.equal(end.reason, 'stopped')
  assert.equal((await find('http-head')).status, 200)
})

test('a route has real time and timers, no world, no process, and frozen intrinsics', async () => {
  const { ask, find, bodyOf, end } = await routeCell(`
    const refused = (run) => { try { run(); return 'done' } catch { return 'refused' } }
    return Response.json([typeof process, Math.abs(Date.now() - ${Date.now()}) < 60_000, refused(() => fetch('http://x')), refused(() => eval('1')),
      refused(() => { 'use strict'; Array.prototype.x = 1 }), crypto.randomUUID().length, typeof setTimeout(() => {}, 0), new Date(0).getHours()])`)
  ask()
  await find('http-end')
  assert.deepEqual(JSON.parse(bodyOf()), ['undefined', true, 'refused', 'refused', 'refused', 36, 'number', 0])
  await end()
})
