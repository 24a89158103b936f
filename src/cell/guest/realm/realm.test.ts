import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeComponent, runInCell, TURN_MS } from '../../cell.testing.ts'

const unhardened = { codified: probeComponent({ hardened: false }) }
const fetching = { codified: probeComponent({ permissions: { fetch: ['api.example.com'], node: [] } }) }

test('every global that would reach the world is absent', async () => {
  const names = [
    'process',
    'require',
    'module',
    'Buffer',
    'global',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'WebSocket',
    'Worker',
    'MessageChannel',
    'BroadcastChannel',
    'Compartment',
    'lockdown',
    'navigator',
    'localStorage',
    'Response',
  ]
  for (const options of [{}, unhardened]) {
    const found = await runInCell(
      `return ${JSON.stringify(names)}.filter((name) => eval !== 0 && name in globalThis)`,
      options,
    )
    assert.deepEqual(found, [])
  }
})

test('code cannot be made from text', async () => {
  const tries = [
    'eval("1")',
    'Function("return 1")()',
    '(() => {}).constructor("return 1")()',
    '(async () => {}).constructor("return 1")()',
    '(function* () {}).constructor("return 1")()',
    'new (Object.getPrototypeOf(function () {}).constructor)("return 1")()',
  ]
  const got = await runInCell(
    `return [${tries.map((code) => `(() => { try { return ${code} } catch (error) { return 'refused' } })()`).join(', ')}]`,
  )
  assert.deepEqual(
    got,
    tries.map(() => 'refused'),
  )
})

test('import() finds no loader', async () => {
  for (const options of [{}, unhardened]) {
    const got = await runInCell(`return import('node:fs').then(() => 'loaded', (error) => String(error.code))`, options)
    assert.match(String(got), /^ERR_VM_DYNAMIC_IMPORT|^ERR_/)
  }
})

test('require gives what was declared and nothing else', async () => {
  const declared = { codified: probeComponent({ permissions: { fetch: [], node: ['node:zlib'] } }) }
  assert.equal(await runInCell(`return typeof require('node:zlib').gzipSync`, declared), 'function')
  await assert.rejects(runInCell(`return require('node:fs')`, declared), /NOT_IN_A_CELL|not available in a cell/)
})

test('intrinsics cannot be polluted', async () => {
  const tries = [
    'Object.prototype.polluted = 1',
    'Array.prototype.push = 0',
    'Promise.prototype.then = 0',
    'URL.prototype.x = 1',
    'Intl.DateTimeFormat.prototype.x = 1',
    'Math.random = () => 4',
    'JSON.parse = 0',
    'globalThis.leak = 1',
    'Date.now = () => 1',
    'crypto.randomUUID = 0',
  ]
  const got = await runInCell(
    `'use strict'; return [${tries.map((code) => `(() => { try { ${code}; return 'done' } catch (error) { return 'refused' } })()`).join(', ')}]`,
  )
  assert.deepEqual(
    got,
    tries.map(() => 'refused'),
  )
})

test('an inherited property can be overridden by assignment', async () => {
  assert.equal(
    await runInCell(
      `const error = new Error('x'); error.name = 'Mine'; const o = {}; o.toString = () => 'o'; return error.name + o`,
    ),
    'Mineo',
  )
})

test("time is the turn's, by every way to ask for it", async () => {
  const asks = [
    'Date.now()',
    'new Date().getTime()',
    'performance.now()',
    'new Date(Date()).getTime()',
    'new Intl.DateTimeFormat().format()',
    'new Intl.DateTimeFormat().format(undefined)',
    'turn.now',
  ]
  const got = await runInCell(`await null; return [${asks.join(', ')}]`)
  assert.deepEqual(got, [TURN_MS, TURN_MS, TURN_MS, Math.floor(TURN_MS / 1000) * 1000, '2/3/2026', '2/3/2026', TURN_MS])
})

test('while a bundle loads time stands still and chance is a fixed stream', async () => {
  const top = 'const loaded = [Date.now(), Math.random(), Math.random()]'
  const first = await runInCell('return loaded', { top })
  assert.deepEqual(first, await runInCell('return loaded', { top }))
  assert.equal((first as number[])[0], 0)
  await assert.rejects(runInCell('', { top: 'crypto.randomUUID()' }), /crypto outside of a turn/)
})

test('the zone is UTC and the locale en-US, whatever the machine says', async () => {
  const before = process.env['TZ']
  process.env['TZ'] = 'America/New_York'
  try {
    const asks = [
      'new Date(2026, 0, 2, 3).toISOString()',
      'new Date(0).getHours()',
      'new Date(0).getTimezoneOffset()',
      'String(new Date(0))',
      'new Date(0).toLocaleString()',
      'new Date("2026-01-02T03:04").toISOString()',
      'new Date("Jan 2 2026 03:04").toISOString()',
      'new Date("Jan 2 2026 03:04 GMT+0100").toISOString()',
      'new Date("2026-01-02").toISOString()',
      'Date.parse("2026-01-02T03:04:05+01:00")',
      'Intl.DateTimeFormat().resolvedOptions().timeZone',
      'new Intl.NumberFormat().resolvedOptions().locale',
      '(1234.5).toLocaleString()',
      '"I".toLocaleLowerCase()',
      'new Date(0).toLocaleDateString("de-DE")',
      'new Date(NaN).toString()',
      'new Date(2026, 0, 2).toDateString()',
      'new Date(new Date(0).setHours(5)).toISOString()',
    ]
    const got = await runInCell(`return [${asks.join(', ')}]`)
    assert.deepEqual(got, [
      '2026-01-02T03:00:00.000Z',
      0,
      0,
      'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)',
      '1/1/1970, 12:00:00 AM',
      '2026-01-02T03:04:00.000Z',
      '2026-01-02T03:04:00.000Z',
      '2026-01-02T02:04:00.000Z',
      '2026-01-02T00:00:00.000Z',
      Date.UTC(2026, 0, 2, 2, 4, 5),
      'UTC',
      'en-US',
      '1,234.5',
      'i',
      '1.1.1970',
      'Invalid Date',
      'Fri Jan 02 2026',
      '1970-01-01T05:00:00.000Z',
    ])
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})

test('the same seed gives the same chance, another seed another', async () => {
  const asks =
    'return [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint32Array(4))], turn.uuid(), turn.random()]'
  const [first, again, other] = [
    await runInCell(asks),
    await runInCell(asks),
    await runInCell(asks, { seed: 'another' }),
  ]
  assert.deepEqual(first, again)
  assert.notDeepEqual(first, other)
})

test('a timer says what to use in its place', async () => {
  await assert.rejects(
    runInCell('setTimeout(() => {}, 1)'),
    (error: Error) =>
      /turn\.after/.test(error.message + JSON.stringify(error)) || /setTimeout is not available/.test(error.message),
  )
})

test('WeakRef holds on and FinalizationRegistry is silent', async () => {
  assert.equal(
    await runInCell(
      'const ref = new WeakRef({ a: 1 }); new FinalizationRegistry(() => {}).register({}, 1); return ref.deref().a',
    ),
    1,
  )
})

test('where fetching is permitted the web classes work', async () => {
  const code = `const r = new Response(JSON.stringify({ a: 1 }), { headers: { 'x-b': 'c' } })
    const q = new Request('http://x.y/z', { method: 'POST', body: 'text' })
    return [await r.json(), r.headers.get('x-b'), await q.text(), new TextDecoder().decode(await new Blob(['b']).arrayBuffer())]`
  assert.deepEqual(await runInCell(code, fetching), [{ a: 1 }, 'c', 'text', 'b'])
})

test('the dispatcher that Node hides behind a symbol reaches nothing', async () => {
  const code = `return Reflect.ownKeys(globalThis).filter((name) => typeof name === 'symbol' && globalThis[name] !== undefined).map(String)`
  assert.deepEqual(await runInCell(code, fetching), ['Symbol(Symbol.toStringTag)'])
})

test('a digest is allowed and a generated key is not', async () => {
  const code = `const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('a')))
    return [bytes[0], typeof crypto.subtle.generateKey]`
  assert.deepEqual(await runInCell(code), [0xca, 'undefined'])
})

test("a declared built-in still has only the process's permissions of a cell", async () => {
  const declared = { codified: probeComponent({ permissions: { fetch: [], node: ['node:fs', 'node:child_process'] } }) }
  const code = `const tries = [() => require('node:fs').readFileSync('/etc/hostname'), () => require('node:fs').writeFileSync('/tmp/from-a-cell', ''),
    () => require('node:child_process').execSync('true')]
    return tries.map((run) => { try { run(); return 'done' } catch (error) { return error.code } })`
  assert.deepEqual(await runInCell(code, declared), ['ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED'])
})
