import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type after, test } from 'node:test'
import { manualClock } from '../base/clock.testing.ts'
import type { RoutePort, RouteRequest } from './ports.ts'
import { raw, running, scriptedRouter } from './scripted.testing.ts'
import type { GatewayOptions } from './start.ts'

async function gateway(
  t: { after: typeof after },
  routes: Record<string, RoutePort>,
  options: Partial<GatewayOptions> = {},
) {
  const router = scriptedRouter()
  const prefixes = { '/': 'site', '/api': 'api', '/api/v2/': 'api2' }
  const house = await running(router, {
    codified: { type: 'http', port: 0, expose: ['auction'], authenticates: false, routes: prefixes },
    routes: (name) => routes[name] ?? null,
    ...options,
  })
  t.after(() => house.gateway.stop({ graceMs: 0 }))
  return { ...house, router }
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function textOf(body: RouteRequest['body']): Promise<string> {
  let text = ''
  for await (const chunk of body ?? []) text += Buffer.from(chunk).toString()
  return text
}

const named =
  (name: string): RoutePort =>
  async ({ url }) => ({
    status: 200,
    headers: [['x-route', name]],
    body: pieces(new URL(url).pathname),
  })
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code

test('the longest prefix wins, and messages of contracts come before routes', async (t) => {
  const { url, router } = await gateway(t, { site: named('site'), api: named('api'), api2: named('api2') })
  const routeOf = async (path: string) => (await fetch(`${url}${path}`)).headers.get('x-route')
  assert.equal(await routeOf('/'), 'site')
  assert.equal(await routeOf('/apis'), 'site')
  assert.equal(await routeOf('/api'), 'api')
  assert.equal(await routeOf('/api/v1/x?y=1'), 'api')
  assert.equal(await routeOf('/api/v2/x'), 'api2')
  assert.equal(await routeOf('/auction/lot-1'), 'site')
  assert.equal(await routeOf('/auction/lot-1/photo'), 'site')
  assert.equal(await routeOf('/auction/lot-1/standing'), null)
  assert.equal(router.reads.length, 1)
})

test('a request arrives whole, and its response leaves whole', async (t) => {
  let seen: unknown
  const { url } = await gateway(t, {
    site: async ({ method, url, headers, body, caller }) => {
      const header = (name: string) => headers.filter(([other]) => other === name).map(([, value]) => value)
      seen = {
        method,
        path: new URL(url).href.replace(/:\d+/, ''),
        x: header('x-a'),
        connection: header('connection'),
        caller,
      }
      const response: [string, string][] = [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Connection', 'close'],
        ['Content-Type', 'text/x'],
      ]
      return { status: 418, headers: response, body: pieces('you sent ', await textOf(body)) }
    },
  })
  const response = await fetch(`${url}/a%20b?c=%20`, { method: 'PUT', body: 'text', headers: { 'x-a': '1' } })
  assert.equal(response.status, 418)
  assert.equal(await response.text(), 'you sent text')
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
  assert.deepEqual(seen, {
    method: 'PUT',
    path: 'http://127.0.0.1/a%20b?c=%20',
    x: ['1'],
    connection: [],
    caller: { identity: 'anonymous', connection: null },
  })
})

test('a response streams while it is made', async (t) => {
  let more = () => {}
  const { url } = await gateway(t, {
    site: async () => ({
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from('first')
        await new Promise<void>((resolve) => {
          more = resolve
        })
        yield Buffer.from('second')
      })(),
    }),
  })
  const reader = (await fetch(url)).body?.getReader()
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'first')
  more()
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'second')
})

test('a client that does not read holds the response back, and is cut off in the end', async (t) => {
  const clock = manualClock()
  let made = 0
  let ended = false
  const { gateway: house, url } = await gateway(
    t,
    {
      site: async () => ({
        status: 200,
        headers: [],
        body: (async function* () {
          try {
            for (;;) {
              made++
              yield new Uint8Array(1_000_000)
              await new Promise(setImmediate)
            }
          } finally {
            ended = true
          }
        })(),
      }),
    },
    { clock },
  )
  const socket = connect({ port: house.port, host: '127.0.0.1' })
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.on('error', () => {})
  let before = -1
  while (before !== made || made === 0) {
    before = made
    for (let i = 0; i < 200; i++) await new Promise(setImmediate)
  }
  assert.ok(made < 50)
  clock.advance(30_000)
  while (!ended) await new Promise(setImmediate)
  socket.destroy()
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})

test('a route that reads slowly holds the upload back, and a bound ends it', async (t) => {
  let taken = 0
  const { gateway: house } = await gateway(
    t,
    {
      site: async ({ body }) => {
        for await (const chunk of body ?? []) taken += chunk.length
        return { status: 200, headers: [], body: pieces() }
      },
    },
    { limits: { routeBodyBytesMax: 100_000, lingerMs: 20 } },
  )
  const head = 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n'
  assert.match(await raw(house.port, [head, 'x'.repeat(300_000)]), /^HTTP\/1.1 413 [\s\S]*BODY_TOO_LARGE/)
  assert.ok(taken <= 100_000)
})

test('a route that answers without reading the body is heard', async (t) => {
  const { gateway: house } = await gateway(t, {
    site: async () => ({ status: 403, headers: [['content-length', '2']], body: pieces('no') }),
  })
  const head = 'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody'
  assert.match(await raw(house.port, head), /^HTTP\/1.1 403 [\s\S]*no$/)
})

test('a route whose client leaves is told', async (t) => {
  let aborted = false
  let called = false
  const { url } = await gateway(t, {
    site: ({ signal }) => {
      called = true
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason)
        })
      })
    },
  })
  const leaving = new AbortController()
  const left = fetch(url, { signal: leaving.signal })
  while (!called) await new Promise(setImmediate)
  leaving.abort()
  await assert.rejects(left)
  while (!aborted) await new Promise(setImmediate)
})

test('a route that fails, answers nonsense, or does not serve is a bad gateway, and the rest goes on', async (t) => {
  const { url, lines } = await gateway(t, {
    site: async () => {
      throw new Error('secret')
    },
    api: async () => ({ status: 99, headers: [], body: pieces() }),
    api2: async () => ({ status: 200, headers: [['x', 'a\nb']], body: pieces() }),
  })
  for (const path of ['/', '/api', '/api/v2/']) {
    const response = await fetch(`${url}${path}`)
    assert.equal(response.status, 502)
    assert.equal(await codeOf(response), 'ROUTE_FAILED')
  }
  assert.equal(lines.length, 3)
  const down = await gateway(t, {})
  const response = await fetch(down.url)
  assert.equal(response.status, 503)
  assert.equal(await codeOf(response), 'ROUTE_UNAVAILABLE')
})

test('a response that breaks off is seen to be incomplete', async (t) => {
  const { url } = await gateway(t, {
    site: async () => ({
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from('half')
        throw new Error('broken')
      })(),
    }),
  })
  await assert.rejects(async () => (await fetch(url)).text())
})

test('a route that gives no answer in time is given up, and told', async (t) => {
  const clock = manualClock()
  let given: AbortSignal | undefined
  const { url } = await gateway(
    t,
    {
      site: ({ signal }) => {
        given = signal
        return new Promise(() => {})
      },
    },
    { clock },
  )
  const response = fetch(url)
  while (given === undefined) await new Promise(setImmediate)
  clock.advance(30_000)
  assert.equal((await response).status, 504)
  assert.equal(await codeOf(await response), 'ROUTE_TIMEOUT')
  assert.ok(given.aborted)
})

test('a path that leads out of its prefix is refused', async (t) => {
  const { gateway: house } = await gateway(t, { site: named('site'), api: named('api') })
  for (const path of ['/api/../x', '/api/%2e%2E/x', '/api/.', '/api/..\\x']) {
    const answer = await raw(house.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1.1 400 [\s\S]*PATH_INVALID/, path)
  }
  assert.match(await raw(house.port, 'GET /api/a..b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /200 OK/)
})
