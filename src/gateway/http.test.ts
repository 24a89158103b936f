import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { type after, describe, test } from 'node:test'
import type { GatewayAnswer } from './ports.ts'
import { raw, running, type Script, scriptedRouter } from './scripted.testing.ts'
import type { GatewayOptions } from './start.ts'

/** Starts a gateway for one test and stops it when the test is over. */
async function gateway(t: { after: typeof after }, script: Script = {}, options: Partial<GatewayOptions> = {}) {
  const router = scriptedRouter(script)
  const house = await running(router, options)
  t.after(() => house.gateway.stop({ graceMs: 0 }))
  return { ...house, router, port: house.gateway.port }
}

async function errorOf(response: Response): Promise<{ status: number; code: string; [name: string]: unknown }> {
  const { error } = (await response.json()) as { error: { code: string } }
  return { status: response.status, ...error }
}

const post = (url: string, body?: BodyInit, headers?: Record<string, string>) =>
  fetch(url, { method: 'POST', ...(body !== undefined && { body }), ...(headers && { headers }) })

describe('messages', () => {
  test('passes the input on as text and answers with the output as text', async (t) => {
    const { url, router } = await gateway(t)
    const response = await post(`${url}/auction/lot-1/bid`, '{"amount": 1.50}')
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    assert.equal(await response.text(), '{"amount": 1.50}')
    assert.deepEqual(router.requests, [
      {
        to: { component: 'auction', key: 'lot-1' },
        message: 'bid',
        input: '{"amount": 1.50}',
        caller: { identity: 'anonymous', connection: null },
        from: 'gateway',
        idempotencyKey: null,
      },
    ])
  })

  test('answers 204 without an output', async (t) => {
    const { url, router } = await gateway(t)
    const response = await post(`${url}/auction/lot-1/wave`)
    assert.equal(response.status, 204)
    assert.equal(await response.text(), '')
    assert.equal(router.requests[0]?.input, null)
  })

  test('takes a body of white space for none', async (t) => {
    const { url, router } = await gateway(t)
    assert.equal((await post(`${url}/auction/lot-1/wave`, ' \n')).status, 204)
    assert.equal(router.requests[0]?.input, null)
  })

  test('answers a rejection with 409, code and data', async (t) => {
    const { url } = await gateway(t, {
      request: () => ({ type: 'rejected', code: 'BID_TOO_LOW', data: '{"highest":7}' }),
    })
    const response = await post(`${url}/auction/lot-1/bid`, '{}')
    assert.equal(response.status, 409)
    assert.deepEqual(await response.json(), { code: 'BID_TOO_LOW', data: { highest: 7 } })
  })

  test('answers each failure with its status', async (t) => {
    const statuses: Record<string, number> = {}
    let code = ''
    const { url } = await gateway(t, { request: () => ({ type: 'failed', code, message: 'why' }) })
    for (code of ['NOT_FOUND', 'OVERLOADED', 'OUTCOME_UNKNOWN', 'INPUT_INVALID', 'MESSAGE_UNKNOWN', 'HANDLER_FAILED']) {
      statuses[code] = (await post(`${url}/auction/lot-1/bid`, '{}')).status
    }
    assert.deepEqual(statuses, {
      NOT_FOUND: 404,
      OVERLOADED: 503,
      OUTCOME_UNKNOWN: 504,
      INPUT_INVALID: 400,
      MESSAGE_UNKNOWN: 404,
      HANDLER_FAILED: 500,
    })
  })

  test('says when to try again', async (t) => {
    const overloaded: GatewayAnswer = { type: 'failed', code: 'OVERLOADED', message: 'full', retryAfterMs: 1_500 }
    const { url } = await gateway(t, { request: () => overloaded })
    assert.equal((await post(`${url}/auction/lot-1/bid`, '{}')).headers.get('retry-after'), '2')
    const full = await gateway(t, { request: () => ({ type: 'failed', code: 'STORE_FULL', message: 'full' }) })
    assert.equal((await post(`${full.url}/auction/lot-1/bid`, '{}')).headers.get('retry-after'), '1')
  })

  test('passes on what is wrong with an input', async (t) => {
    const issues = [{ path: 'amount', message: 'must be integer' }]
    const { url } = await gateway(t, {
      request: () => ({ type: 'failed', code: 'INPUT_INVALID', message: 'no', issues }),
    })
    assert.deepEqual((await errorOf(await post(`${url}/auction/lot-1/bid`, '{}'))).issues, issues)
  })

  test('keeps what a handler threw inside, under an id in the log', async (t) => {
    const { url, lines } = await gateway(t, {
      request: () => ({ type: 'failed', code: 'HANDLER_FAILED', message: 'password hunter2 is wrong' }),
    })
    const error = await errorOf(await post(`${url}/auction/lot-1/bid`, '{}'))
    assert.equal(error.code, 'HANDLER_FAILED')
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
    assert.match(JSON.stringify(lines), /hunter2/)
    assert.ok(JSON.stringify(lines).includes(String(error.id)))
  })

  test('answers GATEWAY_FAULT when the router throws, and goes on', async (t) => {
    let broken = true
    const { url } = await gateway(t, {
      request: () => {
        if (broken) throw new Error('a bug')
        return { type: 'replied', output: '1' }
      },
    })
    assert.equal((await errorOf(await post(`${url}/auction/lot-1/bid`, '{}'))).code, 'GATEWAY_FAULT')
    broken = false
    assert.equal((await post(`${url}/auction/lot-1/bid`, '{}')).status, 200)
  })

  test('passes an idempotency key on, within its bound', async (t) => {
    const { url, router } = await gateway(t)
    const send = (key: string) => post(`${url}/auction/lot-1/bid`, '{}', { 'idempotency-key': key })
    await send('k'.repeat(255))
    assert.equal(router.requests[0]?.idempotencyKey, 'k'.repeat(255))
    assert.deepEqual((await errorOf(await send('k'.repeat(256)))).code, 'IDEMPOTENCY_KEY_INVALID')
    assert.equal(router.requests.length, 1)
  })

  test('answers a message whose client has left without disturbing anyone', async (t) => {
    let answer = (_: GatewayAnswer) => {}
    const { url, router } = await gateway(t, {
      request: ({ message }) =>
        message === 'bid'
          ? new Promise((resolve) => {
              answer = resolve
            })
          : { type: 'replied', output: null },
    })
    const leaving = new AbortController()
    const left = fetch(`${url}/auction/lot-1/bid`, { method: 'POST', body: '{}', signal: leaving.signal })
    while (router.requests.length === 0) await new Promise(setImmediate)
    leaving.abort()
    await assert.rejects(left)
    answer({ type: 'replied', output: '1' })
    assert.equal((await post(`${url}/auction/lot-1/wave`)).status, 204)
  })
})

describe('reads', () => {
  test('take their input from the query', async (t) => {
    const { url, router } = await gateway(t)
    const response = await fetch(`${url}/auction/lot-1/history?input=${encodeURIComponent('{"after":3,"of":"é"}')}`)
    assert.deepEqual(await response.json(), { after: 3, of: 'é' })
    assert.equal(router.reads[0]?.input, '{"after":3,"of":"é"}')
  })

  test('take a large input by POST', async (t) => {
    const { url, router } = await gateway(t)
    assert.equal((await post(`${url}/auction/lot-1/history`, '{"after":3}')).status, 200)
    assert.equal(router.reads.length, 1)
  })

  test('refuse a query that is not understood', async (t) => {
    const { url } = await gateway(t)
    for (const query of ['input=%7B', 'inptu=1', 'input=1&input=2']) {
      assert.equal((await errorOf(await fetch(`${url}/auction/lot-1/history?${query}`))).code, 'QUERY_INVALID', query)
    }
  })
})

describe('paths', () => {
  test('carry keys of every Unicode kind unchanged', async (t) => {
    const { port, url, router } = await gateway(t)
    const keys = [
      'a b',
      'a/b',
      'a%2Fb',
      '%',
      "?#[]@!$&'()*+,;=",
      'é',
      'e\u0301',
      'ß',
      'İ',
      '日本語',
      'עברית',
      '\u202Eabc',
      '👩‍👩‍👧',
      '𐍈',
      '\u0000',
      '\u0001\u007f',
      '\uFEFF',
      '\uFFFD',
      '\uFFFF',
      '\u2028',
      '"\\',
      '__proto__',
      'constructor',
      '.hidden',
      'x'.repeat(512),
    ]
    for (const key of keys) {
      const response = await post(`${url}/auction/${encodeURIComponent(key)}/wave`)
      assert.equal(response.status, 204, JSON.stringify(key))
    }
    assert.deepEqual(
      router.requests.map(({ to }) => to.key),
      keys,
    )
    // URL parsers take these for the way up, so they can only be sent by hand.
    await raw(port, 'POST /auction/%2E%2E/wave HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert.equal(router.requests.at(-1)?.to.key, '..')
  })

  test('are refused for a key that is empty, too long, or no UTF-8', async (t) => {
    const { url, router } = await gateway(t)
    const codeOf = async (key: string) => (await errorOf(await post(`${url}/auction/${key}/wave`))).code
    assert.equal(await codeOf(''), 'ADDRESS_INVALID')
    assert.equal(await codeOf('x'.repeat(513)), 'ADDRESS_INVALID')
    for (const key of ['%', '%zz', '%ff', '%ed%a0%80', '%c0%af']) assert.equal(await codeOf(key), 'PATH_INVALID', key)
    assert.equal(router.requests.length, 0)
  })

  test('of a component that is not exposed are refused, with the nearest one', async (t) => {
    const { url } = await gateway(t)
    const ledger = await errorOf(await post(`${url}/ledger/ada/bid`, '{}'))
    assert.deepEqual([ledger.status, ledger.code], [404, 'NOT_EXPOSED'])
    const typo = await errorOf(await post(`${url}/acution/lot-1/bid`, '{}'))
    assert.match(String(typo.message), /Did you mean 'auction'/)
  })

  test('that mean nothing are 404', async (t) => {
    const { url } = await gateway(t)
    for (const path of ['/', '/auction', '/auction/lot-1', '/auction/lot-1/bid/', '/a/b/c/d', '/healthz/x']) {
      const error = await errorOf(await post(`${url}${path}`))
      assert.deepEqual([error.status, error.code], [404, 'PATH_UNKNOWN'], path)
    }
  })

  test('of a message that the contract does not know are left to the router', async (t) => {
    const { url, router } = await gateway(t)
    await post(`${url}/auction/lot-1/toString`)
    await fetch(`${url}/auction/lot-1/nothing`)
    assert.equal(router.requests[0]?.message, 'toString')
    assert.equal(router.reads[0]?.message, 'nothing')
  })

  test('may be absolute, but must begin with a slash', async (t) => {
    const { port, router } = await gateway(t)
    const head = 'HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    assert.match(await raw(port, `POST http://x/auction/lot-1/wave ${head}`), /^HTTP\/1.1 204/)
    assert.match(await raw(port, `OPTIONS * ${head}`), /PATH_INVALID/)
    assert.equal(router.requests.length, 1)
  })

  test('know their methods', async (t) => {
    const { url } = await gateway(t)
    const refused = async (method: string, path: string) => {
      const response = await fetch(`${url}${path}`, { method })
      return [response.status, (await errorOf(response)).code, response.headers.get('allow')]
    }
    assert.deepEqual(await refused('GET', '/auction/lot-1/bid'), [405, 'METHOD_NOT_ALLOWED', 'POST'])
    assert.deepEqual(await refused('PUT', '/auction/lot-1/standing'), [405, 'METHOD_NOT_ALLOWED', 'GET, POST'])
    assert.deepEqual(await refused('OPTIONS', '/auction/lot-1/bid'), [405, 'METHOD_NOT_ALLOWED', 'POST'])
    assert.deepEqual(await refused('DELETE', '/healthz'), [405, 'METHOD_NOT_ALLOWED', 'GET'])
  })

  test('of the gateway itself tell health, readiness, and where WebSockets are', async (t) => {
    const because: string[] = []
    const { url } = await gateway(t, {}, { readiness: () => because })
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
    because.push('auction is starting')
    const response = await fetch(`${url}/readyz`)
    assert.equal(response.status, 503)
    assert.deepEqual(await response.json(), { status: 'not ready', because })
    assert.equal((await errorOf(await fetch(`${url}/ws`))).code, 'UPGRADE_REQUIRED')
  })
})

describe('callers', () => {
  test('are who authenticate says', async (t) => {
    const { url, router } = await gateway(
      t,
      {},
      {
        authenticate: async ({ method, url, headers }) => {
          assert.deepEqual([method, new URL(url).pathname], ['POST', '/auction/lot-1/bid'])
          const user = headers.find(([name]) => name === 'x-user')?.[1]
          if (user === 'broken') throw new Error('edge is down')
          return user ?? null
        },
      },
    )
    const as = (headers: Record<string, string>) => post(`${url}/auction/lot-1/bid`, '{}', headers)
    await as({ 'X-User': 'ada' })
    assert.equal(router.requests[0]?.caller.identity, 'ada')
    const unnamed = await errorOf(await as({}))
    assert.deepEqual([unnamed.status, unnamed.code], [401, 'UNAUTHENTICATED'])
    const broken = await errorOf(await as({ 'x-user': 'broken' }))
    assert.deepEqual([broken.status, broken.code], [503, 'AUTHENTICATION_UNAVAILABLE'])
    assert.equal(router.requests.length, 1)
  })

  test('may not be pages of other origins', async (t) => {
    const { port, router } = await gateway(t)
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(
          { port, host: '127.0.0.1', method: 'POST', path: '/auction/lot-1/wave', headers },
          (response) => {
            response.resume()
            resolve(response.statusCode)
          },
        )
        request.on('error', reject).end()
      })
    const evil =
      'POST /auction/lot-1/wave HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n'
    assert.match(await raw(port, evil), /^HTTP\/1.1 403 [\s\S]*ORIGIN_REFUSED/)
    assert.equal(await status({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), 403)
    assert.equal(await status({ 'sec-fetch-site': 'same-site' }), 403)
    assert.equal(await status({ origin: 'https://evil.example' }), 403)
    assert.equal(await status({ origin: 'null' }), 403)
    assert.equal(router.requests.length, 0)
    assert.equal(await status({ 'sec-fetch-site': 'same-origin', origin: 'https://proxied.example' }), 204)
    assert.equal(await status({ origin: 'http://house.example', host: 'house.example' }), 204)
    assert.equal(await status({}), 204)
  })
})

describe('bodies', () => {
  test('that are not JSON are refused', async (t) => {
    const { url, router } = await gateway(t)
    for (const body of ['{', '{"a":1}x', "{'a':1}", 'NaN', '\uFEFF{}', Buffer.from([0x22, 0xff, 0x22])]) {
      const error = await errorOf(await post(`${url}/auction/lot-1/bid`, body))
      assert.deepEqual([error.status, error.code], [400, 'BODY_NOT_JSON'], String(body))
    }
    assert.equal(router.requests.length, 0)
  })

  test('of any content type are looked at', async (t) => {
    const { url } = await gateway(t)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await post(`${url}/auction/lot-1/bid`, '{"amount":1}', form)).status, 200)
  })

  test('arrive whole in many pieces', async (t) => {
    const { url, router } = await gateway(t)
    const text = JSON.stringify('é'.repeat(100_000))
    assert.equal(await (await post(`${url}/auction/lot-1/bid`, text)).text(), text)
    assert.equal(router.requests[0]?.input, text)
  })

  test('beyond the bound are refused before they are received', async (t) => {
    const { port, router } = await gateway(t, {}, { limits: { bodyBytesMax: 1000, lingerMs: 50 } })
    const answer = await raw(port, 'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n')
    assert.match(answer, /^HTTP\/1.1 413 [\s\S]*BODY_TOO_LARGE/)
    assert.match(answer, /connection: close/i)
    assert.equal(router.requests.length, 0)
  })

  test('beyond the bound that do not say so are refused while they come, and the client can read why', async (t) => {
    const { port, router, gateway: house } = await gateway(t, {}, { limits: { bodyBytesMax: 1000, lingerMs: 50 } })
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`
    const head = 'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    assert.match(await raw(port, [head, ...Array(20).fill(chunk)]), /^HTTP\/1.1 413 [\s\S]*BODY_TOO_LARGE/)
    assert.equal(router.requests.length, 0)
    while (house.connections > 0) await new Promise(setImmediate)
  })

  test('that are refused for another reason do not cost the connection if they are small', async (t) => {
    const { port } = await gateway(t)
    const bad = 'POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'
    const good = 'POST /auction/lot-1/wave HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const answer = await raw(port, bad + good)
    assert.match(answer, /^HTTP\/1.1 404 [\s\S]*HTTP\/1.1 204/)
  })

  test('count towards the bound of all only while they come', async (t) => {
    const { port, url, gateway: house } = await gateway(t, {}, { limits: { bodiesBytesMax: 1500 } })
    const broken = `POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 1200\r\n\r\n${' '.repeat(1000)}`
    await raw(port, broken, { end: true })
    while (house.connections > 0) await new Promise(setImmediate)
    const body = JSON.stringify('x'.repeat(1000))
    for (let n = 0; n < 3; n++) assert.equal((await post(`${url}/auction/lot-1/bid`, body)).status, 200)
  })

  test('of all requests together are bounded', async (t) => {
    const { port, url } = await gateway(t, {}, { limits: { bodiesBytesMax: 1500, lingerMs: 10 } })
    const half = `POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 1200\r\n\r\n${' '.repeat(1000)}`
    const first = raw(port, [half])
    const second = raw(port, [half])
    assert.match(await Promise.race([first, second]), /503 [\s\S]*GATEWAY_OVERLOADED/)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    first.catch(() => {})
    second.catch(() => {})
  })
})

describe('connections', () => {
  test('carry pipelined requests, answered in their order', async (t) => {
    const late: (() => void)[] = []
    const { port } = await gateway(t, {
      request: ({ input }) =>
        new Promise((resolve) => {
          // The first is answered last.
          late.unshift(() => resolve({ type: 'replied', output: input }))
          if (late.length === 3) for (const answer of late) answer()
        }),
    })
    const one = (n: number, close = '') =>
      `POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\n${close}Content-Length: 1\r\n\r\n${n}`
    const answer = await raw(port, one(1) + one(2) + one(3, 'Connection: close\r\n'))
    assert.deepEqual(
      answer
        .split('\r\n\r\n')
        .slice(1)
        .map((text) => text[0]),
      ['1', '2', '3'],
    )
  })

  test('answer what is due before they end for a request that is none', async (t) => {
    let answer = () => {}
    const { port, router } = await gateway(t, {
      request: () =>
        new Promise((resolve) => {
          answer = () => resolve({ type: 'replied', output: '"due"' })
        }),
    })
    const received = raw(
      port,
      'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1NONSENSE\r\n\r\n',
    )
    while (router.requests.length === 0) await new Promise(setImmediate)
    await new Promise(setImmediate)
    answer()
    assert.match(await received, /^HTTP\/1.1 200 OK[\s\S]*"due"$/)
  })

  test('are told what is wrong with a request that is none', async (t) => {
    const { port } = await gateway(t)
    assert.match(await raw(port, 'NONSENSE\r\n\r\n'), /^HTTP\/1.1 400 [\s\S]*REQUEST_MALFORMED/)
    const big = `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`
    assert.match(await raw(port, big), /^HTTP\/1.1 431 [\s\S]*HEADERS_TOO_LARGE/)
  })

  test('end when a request does not arrive in time', async (t) => {
    const { port } = await gateway(t, {}, { limits: { headersTimeoutMs: 100, requestTimeoutMs: 150 } })
    assert.match(await raw(port, 'GET /healthz HTTP/1.1\r\nHos'), /^HTTP\/1.1 408 [\s\S]*REQUEST_TIMEOUT/)
    const slow = 'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a'
    assert.match(await raw(port, slow), /408 [\s\S]*REQUEST_TIMEOUT|^$/)
  })

  test('that are half closed by their client end without harm', async (t) => {
    const { port, url, router, gateway: house } = await gateway(t)
    await raw(port, 'POST /auction/lot-1/wave HTTP/1.1\r\nHost: x\r\n\r\n', { end: true })
    await raw(port, 'POST /auction/lot-1/bid HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a', { end: true })
    assert.equal(router.requests.length, 1)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    assert.ok(house.connections <= 1)
  })

  test('are bounded', async (t) => {
    const { port, lines } = await gateway(t, {}, { limits: { connectionsMax: 1 } })
    const first = raw(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await assert.rejects(async () => {
      for (;;)
        if ((await raw(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')) === '')
          throw new Error('dropped')
    })
    assert.match(JSON.stringify(lines), /too many/)
    first.catch(() => {})
  })

  test('bound the requests that wait', async (t) => {
    let answer = () => {}
    const { url, router } = await gateway(
      t,
      {
        request: () =>
          new Promise((resolve) => {
            answer = () => resolve({ type: 'replied', output: '1' })
          }),
      },
      { limits: { requestsInFlightMax: 1 } },
    )
    const first = post(`${url}/auction/lot-1/bid`, '1')
    while (router.requests.length === 0) await new Promise(setImmediate)
    const second = await post(`${url}/auction/lot-1/bid`, '1')
    assert.equal(second.headers.get('retry-after'), '1')
    assert.equal((await errorOf(second)).code, 'GATEWAY_OVERLOADED')
    answer()
    assert.equal((await first).status, 200)
  })
})
