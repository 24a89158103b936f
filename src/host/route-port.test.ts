import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToRoute } from '../cell/index.ts'
import { RouteCell } from './route-port.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function route() {
  const sent: ToRoute[] = []
  const lines: string[] = []
  const cell = new RouteCell({
    name: 'site',
    send: (item) => sent.push(item),
    call: async () => ({ type: 'failed', code: 'NOT_FOUND', message: 'there is none' }),
    log: ({ message }) => lines.push(message),
  })
  const leaving = new AbortController()
  const response = cell.answer({
    method: 'GET',
    url: 'http://house/lots',
    headers: [],
    body: null,
    caller: { identity: 'ada', connection: null },
    signal: leaving.signal,
  })
  const head = (hasBody = true) =>
    cell.receive([{ type: 'http-head', id: 1, status: 200, statusText: '', headers: [], hasBody }])
  return { cell, sent, lines, leaving, response, head }
}

async function textOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  let text = ''
  for await (const piece of body ?? []) text += new TextDecoder().decode(piece)
  return text
}

test('a response is streamed, and every piece that was read makes room for another', async () => {
  const { cell, sent, response, head } = route()
  head()
  const { status, body } = await response
  cell.receive([{ type: 'http-piece', id: 1, bytes: bytes('one ') }])
  cell.receive([{ type: 'http-piece', id: 1, bytes: bytes('two') }])
  cell.receive([{ type: 'http-end', id: 1 }])
  assert.deepEqual([status, await textOf(body)], [200, 'one two'])
  const taken = sent.flatMap((item) => (item.type === 'http-taken' ? [item.bytes] : []))
  assert.deepEqual(taken, [4, 3])
})

test('a route that throws fails the request, and the log says what it threw', async () => {
  const { cell, lines, response } = route()
  cell.receive([{ type: 'http-failed', id: 1, message: 'no lots today', stack: '' }])
  await assert.rejects(response, { code: 'ROUTE_THREW', message: /no lots today/ })
  assert.deepEqual(lines, ['the route threw: no lots today'])
})

test('a response breaks off where its cell ended', async () => {
  const { cell, response, head } = route()
  head()
  const { body } = await response
  cell.receive([{ type: 'http-piece', id: 1, bytes: bytes('half') }])
  cell.ended()
  await assert.rejects(textOf(body), { code: 'ROUTE_INTERRUPTED' })
})

test('a client that leaves before the answer ends the request in the cell', async () => {
  const { sent, leaving, response } = route()
  leaving.abort()
  await assert.rejects(response, { code: 'ROUTE_INTERRUPTED' })
  assert.deepEqual(sent.at(-1), { type: 'http-abort', id: 1 })
})

test('an answer without a body, which nobody reads, leaves nothing behind', async () => {
  const { cell, sent, response, head } = route()
  head(false)
  const { body } = await response
  assert.equal(cell.open, 1)
  cell.receive([{ type: 'http-end', id: 1 }])
  assert.equal(cell.open, 0)
  assert.equal(await textOf(body), '')
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['http'],
  )
})
