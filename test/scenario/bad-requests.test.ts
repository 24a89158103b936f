/** Whatever a client sends, it gets a code and a remedy, and nothing of the system notices. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { asked, builtTrouble, connected, emptyFolder, serving, told } from './trouble.ts'

const trouble = await builtTrouble()
const POST = { method: 'POST', headers: { 'content-type': 'application/json' } }
const MIB = 1024 * 1024

test('a client that sends nonsense is told what is wrong, and the system goes on as if nothing had come', async (t) => {
  const { url, post, get, host, lines } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const sends = async (path: string, body: string | Buffer<ArrayBuffer>) =>
    told(await asked(`${url}/${path}`, { ...POST, body }))

  assert.equal(await sends('box/a/nap', '{"ms":1'), '400 BODY_NOT_JSON')
  assert.equal(await sends('box/a/nap', ''), '400 INPUT_INVALID')
  assert.equal(await sends('box/a/nap', Buffer.from([0x22, 0xff, 0xfe, 0x22])), '400 BODY_NOT_JSON')
  assert.equal(await sends('box/a/nap', `{"ms":${'['.repeat(200_000)}`), '400 BODY_NOT_JSON')
  assert.equal(await sends('box/a/nap', `${'['.repeat(400_000)}${']'.repeat(400_000)}`), '400 INPUT_INVALID')
  assert.equal(await sends('box/a/nap', `{"ms":1,"text":"${'x'.repeat(MIB)}"}`), '413 BODY_TOO_LARGE')
  assert.equal(await sends('box/a/nap', '{"ms":1e999}'), '400 INPUT_INVALID')
  for (const input of [null, 7, [], 'text', { ms: '1' }, { ms: -1 }, { ms: 1.5 }, { ms: 1, more: 2 }, {}]) {
    const answer = await post('box/a/nap', input)
    assert.equal(told(answer), '400 INPUT_INVALID', JSON.stringify(input))
    const { error } = answer.body as { error: { issues?: unknown[]; remedy?: string } }
    assert.ok((error.issues?.length ?? 0) > 0 && error.remedy, 'the issues and the remedy are told')
  }
  assert.equal(await sends('box/a/nap', '{"ms":1,"__proto__":{"admin":true}}'), '400 INPUT_INVALID')
  assert.equal(await sends('box/a/nap', '{"constructor":1,"ms":1}'), '400 INPUT_INVALID')
  assert.equal(told(await post('box/a/add', { unasked: true })), '400 INPUT_INVALID')

  assert.equal(told(await post('box/a/nope')), '404 MESSAGE_UNKNOWN')
  for (const name of ['toString', 'constructor', '__proto__', 'then']) {
    assert.equal(told(await post(`box/a/${name}`)), '404 MESSAGE_UNKNOWN', name)
  }
  assert.equal(told(await post('box/a/ring')), '403 MESSAGE_NOT_PUBLIC')
  assert.equal(told(await post('box/a/tick')), '403 MESSAGE_NOT_PUBLIC')
  assert.equal(told(await post('wild/a/poison')), '403 MESSAGE_NOT_PUBLIC')
  assert.equal(told(await post('outside/a/sleep', { ms: 1 })), '404 NOT_EXPOSED')
  assert.equal(told(await post('bxo/a/add')), '404 NOT_EXPOSED')
  assert.equal(told(await get('box/a/add')), '405 METHOD_NOT_ALLOWED')
  assert.equal(told(await asked(`${url}/box/a/add`, { method: 'DELETE' })), '405 METHOD_NOT_ALLOWED')
  assert.equal(told(await get('box/a/look?input=%7B')), '400 QUERY_INVALID')
  assert.equal(told(await get('box/a/look?output=1')), '400 QUERY_INVALID')
  assert.equal(told(await get('box')), '404 PATH_UNKNOWN')
  assert.equal(
    told(await post('box/a/add', undefined, { 'idempotency-key': 'k'.repeat(256) })),
    '400 IDEMPOTENCY_KEY_INVALID',
  )
  assert.equal(told(await get('box/a/look')), '404 NOT_FOUND')
  assert.equal(told(await post('wild/nobody/touch')), '404 NOT_FOUND')

  const raw = await rawAnswer(url, 'NONSENSE\r\n\r\n')
  assert.match(raw, /^HTTP\/1\.1 400 [\s\S]*REQUEST_MALFORMED/)
  assert.match(
    await rawAnswer(url, `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*HEADERS_TOO_LARGE/,
  )

  assert.deepEqual(await host.list('box', { limit: 10, prefix: null, after: null, where: [] }), [])
  assert.equal((await host.status()).state, 'serving')
  assert.deepEqual(
    lines.filter(({ level, from }) => level === 'error' && from === 'gateway'),
    [],
  )
})

test('a frame that is wrong is answered, and one that is too large ends its connection alone', async (t) => {
  const { url, post } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const client = await connected(url)
  const other = await connected(url)
  const call = async (to: string, message: string, input?: unknown) => {
    const frame = await client.call({ type: 'call', to, message, ...(input === undefined ? {} : { input }) })
    return 'code' in frame ? frame.code : frame.type
  }
  assert.equal(await call('box/a', 'nap', { ms: 'soon' }), 'INPUT_INVALID')
  assert.equal(await call('box/a', 'nope'), 'MESSAGE_UNKNOWN')
  assert.equal(await call('box/a', 'ring'), 'MESSAGE_NOT_PUBLIC')
  assert.equal(await call('outside/a', 'sleep', { ms: 1 }), 'NOT_EXPOSED')
  assert.equal(await call('box/', 'add'), 'ADDRESS_INVALID')
  assert.equal(await call('box', 'add'), 'ADDRESS_INVALID')
  assert.equal(await call('wild/nobody', 'touch'), 'NOT_FOUND')
  assert.equal(await call('box/a', 'add'), 'reply')
  const nobody = await client.call({ type: 'attach', to: 'box/nobody' })
  assert.equal('code' in nobody && nobody.code, 'NOT_FOUND')
  client.socket.send('{"type":')
  client.socket.send('{"type":"dance"}')
  assert.equal(await call('box/a', 'add'), 'reply')
  assert.deepEqual(
    client.events.map((frame) => ('code' in frame ? frame.code : frame.type)),
    ['hello', 'FRAME_INVALID', 'FRAME_INVALID'],
  )
  client.socket.send(JSON.stringify({ type: 'call', id: 'big', to: 'box/a', message: 'x'.repeat(MIB) }))
  assert.equal(await client.closed, 1009)
  const still = await other.call({ type: 'call', to: 'box/a', message: 'add' })
  assert.deepEqual(still.type === 'reply' && still.output, { count: 3 })
  other.socket.send(Buffer.from([1, 2, 3]))
  assert.equal(await other.closed, 1003)
  assert.deepEqual((await post('box/a/add')).body, { count: 4 })
})

function rawAnswer(url: string, text: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  socket.end(text)
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })
}
