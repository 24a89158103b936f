/** A key is any well-formed text of 1 to 512 code units, and it comes back as it went in, by every way there is. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { asked, builtTrouble, connected, emptyFolder, serving, told } from './trouble.ts'

const trouble = await builtTrouble()

const KEYS = [
  'plain',
  'with space',
  'a/b//c/',
  '/',
  '..',
  '.',
  '../../etc/passwd',
  '100%',
  '%2F',
  '%',
  '?query#hash',
  '&=+;,:@$',
  '"quoted" \\ \'single\'',
  "'; drop table entity; --",
  '😀',
  '👩‍👩‍👧‍👦',
  'שלום עולם',
  'مرحبا',
  '\u202egnp.exe',
  'é',
  'e\u0301',
  'ｆｕｌｌ　ｗｉｄｔｈ',
  '中文',
  '\ufeffbom',
  '\uffff\ufffe',
  '\u{10ffff}',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(512),
  '😀'.repeat(256),
  '中'.repeat(512),
]

test('keys of every kind name one entity each, over HTTP and WebSocket, and are listed as they are', async (t) => {
  const { url, host } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const client = await connected(url)
  for (const key of KEYS) {
    const path = `/box/${encodeURIComponent(key)}`
    assert.deepEqual(await raw(url, 'POST', `${path}/add`), { count: 1 }, `add to ${JSON.stringify(key)}`)
    const looked = await client.call({ type: 'attach', to: `box/${key}`, read: 'look' })
    assert.equal(looked.type, 'attached', `attach to ${JSON.stringify(key)}`)
    assert.equal((looked as { output: { key: string } }).output.key, key)
    const again = await client.call({ type: 'call', to: `box/${key}`, message: 'add' })
    assert.deepEqual(again.type === 'reply' && again.output, { count: 2 }, `add again to ${JSON.stringify(key)}`)
    const read = (await raw(url, 'GET', `${path}/look`)) as { key: string; count: number }
    assert.deepEqual([read.key, read.count], [key, 2])
    const inspected = await host.inspect({ component: 'box', key }, { personal: true })
    assert.equal(inspected?.record.key, key)
  }
  const events = client.events.filter((frame) => frame.type === 'event')
  assert.deepEqual(
    events.map(({ to }) => to),
    KEYS.map((key) => `box/${key}`),
    'each heard its own event',
  )
  const listed = await host.list('box', { limit: 1_000, prefix: null, after: null, where: [] })
  assert.deepEqual([...listed].sort(), [...KEYS].sort())
})

test('a key that is no text, or too long, is refused before anything is done', async (t) => {
  const { url, post, host } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const client = await connected(url)
  for (const bad of ['%ED%A0%80', '%FF', '%C0%AF', '%', '%2', '%zz']) {
    assert.equal(told(await post(`box/${bad}/add`)), '400 PATH_INVALID', bad)
  }
  assert.equal(told(await post(`box/${'x'.repeat(513)}/add`)), '400 ADDRESS_INVALID')
  assert.match(told(await post('box//add')), /^40[04] /)
  assert.equal(told(await post(`wild/${'x'.repeat(41)}/start`)), '400 KEY_INVALID')
  for (const control of ['\u0000', 'tab\t', 'line\nbreak', '\u007f', '\u0085']) {
    assert.equal(told(await post(`box/${encodeURIComponent(control)}/add`)), '400 KEY_INVALID')
    const frame = await client.call({ type: 'call', to: `box/${control}`, message: 'add' })
    assert.equal('code' in frame && frame.code, 'KEY_INVALID')
  }
  for (const to of ['box/\ud800', 'box/a\udc00b', `box/${'x'.repeat(513)}`]) {
    // As an escape in the JSON text, which is well-formed UTF-8.
    const frame = await client.call({ type: 'call', to, message: 'add' })
    assert.equal('code' in frame && frame.code, 'ADDRESS_INVALID')
  }
  assert.deepEqual(await host.list('box', { limit: 9, prefix: null, after: null, where: [] }), [])
})

test('half a character in a state is kept as it is, though no key may hold one', async (t) => {
  const { url, get } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  assert.equal((await asked(`${url}/box/a/fill`, { method: 'POST', body: '{"text":"\\ud800"}' })).status, 204)
  assert.equal(((await get('box/a/look')).body as { text: string }).text, '\ud800')
})

/** `fetch` takes `.` and `..` for steps of the path, however they are encoded; this sends the path as it is. */
function raw(url: string, method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: new URL(url).port, method, path }, async (response) => {
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString()))
    })
    asking.on('error', reject).end()
  })
}
