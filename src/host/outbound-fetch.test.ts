import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outboundFetch } from './outbound-fetch.ts'

const permitted = ['api.example.com', 'localhost:3000']

function fetching(url: string, fetch: () => Response | Promise<Response> = () => new Response('ok')) {
  const sent: string[] = []
  const answered = outboundFetch({
    component: 'rates',
    permitted,
    request: { url, method: 'GET', headers: [['x-a', 'b']], body: null },
    fetch: async (input) => {
      sent.push(String(input))
      return fetch()
    },
  })
  return { sent, answered }
}

test('the answer of a permitted host is handed over whole', async () => {
  const { answered, sent } = fetching('https://api.example.com/eur', () => new Response('1.1', { status: 201 }))
  const { status, body } = await answered
  assert.deepEqual([status, Buffer.from(body, 'base64').toString()], [201, '1.1'])
  assert.deepEqual(sent, ['https://api.example.com/eur'])
})

test('nothing is sent to a host, port or scheme that is not permitted', async () => {
  for (const url of ['https://example.com/', 'http://localhost/', 'ftp://api.example.com/', 'nowhere']) {
    const { answered, sent } = fetching(url)
    await assert.rejects(answered, { code: 'FETCH_NOT_PERMITTED' }, url)
    assert.deepEqual(sent, [])
  }
})

test('a redirect is not followed', async () => {
  const elsewhere = () => new Response(null, { status: 302, headers: { location: 'https://example.com/' } })
  const { answered, sent } = fetching('https://api.example.com/', elsewhere)
  assert.equal((await answered).status, 302)
  assert.equal(sent.length, 1)
})

test('what the network refuses is said with its cause', async () => {
  const cause = Object.assign(new Error('connect to port 3000'), { code: 'ECONNREFUSED' })
  const { answered } = fetching('http://localhost:3000/', () =>
    Promise.reject(new TypeError('fetch failed', { cause })),
  )
  await assert.rejects(answered, { code: 'FETCH_FAILED', message: /ECONNREFUSED: connect to port 3000/ })
})

test('an answer that never ends is broken off at its bound', async () => {
  let pulled = 0
  const endless = new ReadableStream({
    pull(out) {
      pulled += 1
      out.enqueue(new Uint8Array(64 * 1024))
    },
  })
  const { answered } = fetching('https://api.example.com/', () => new Response(endless))
  await assert.rejects(answered, { code: 'FETCH_TOO_LARGE', message: /1048576 bytes/ })
  assert.ok(pulled < 20, `${pulled} pieces were pulled`)
})
