import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FAKE_LINES, FAKE_STATUS, fakeHost } from '../../test/fake/host.ts'
import type { LogLine } from '../host/index.ts'
import { connectControl, type LogEvent } from './client.ts'
import { controlErrors } from './errors.ts'
import { type ControlReply, REQUEST_BYTES_MAX } from './protocol.ts'
import { CONNECTIONS_MAX, startControl } from './server.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'control-test-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function served(t: TestContext, host = fakeHost(), dataFolder = folder(t)) {
  const control = await startControl({ host, dataFolder, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 4242 })
  t.after(() => control.close())
  const client = await connectControl(dataFolder)
  t.after(() => client.close())
  return { host, dataFolder, control, client }
}

/** Speaks by hand: sends `text`, and reads replies until the other side ends. */
async function raw(path: string, text: string): Promise<ControlReply[]> {
  const socket = connect({ path, allowHalfOpen: true })
  socket.end(text)
  let got = ''
  for await (const chunk of socket) got += chunk
  return got
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: unknown }).code, expected)
  return true
}

test('each verb reaches the host and its value comes back', async (t) => {
  const { client, host } = await served(t)
  assert.deepEqual(client.hello, { selfsame: '0.1.0', pid: 4242 })
  const page = { limit: 2, prefix: null, after: null, where: [] }
  const [status, list, inspection, none, letters, retried, unknown, backup, check] = await Promise.all([
    client.call('status', null),
    client.call('list', { component: 'auction', page }),
    client.call('inspect', { address: { component: 'auction', key: 'lot-1' }, personal: false }),
    client.call('inspect', { address: { component: 'auction', key: 'lot-9' }, personal: false }),
    client.call('dead-letters', { after: 0, limit: 10 }),
    client.call('retry-dead-letter', { letter: 7 }),
    client.call('discard-dead-letter', { letter: 8 }),
    client.call('backup', { path: '/tmp/backup.db' }),
    client.call('check', null),
  ])
  assert.deepEqual(status, FAKE_STATUS)
  assert.deepEqual(list, { keys: ['lot-1', 'lot-2'], after: 'lot-2' })
  assert.equal(inspection?.record.revision, 12)
  assert.equal(none, null)
  assert.equal(letters.letters.length, 1)
  assert.equal(letters.after, null)
  assert.equal(retried, true)
  assert.equal(unknown, false)
  assert.deepEqual(backup, { pages: 3_000, commit: 120_345 })
  assert.equal(check[0]?.holds, true)
  await client.call('profile', { cell: 'auction', kind: 'heap', durationMs: 0, path: '/tmp/p' })
  assert.equal(host.asked.at(-1), 'profile auction heap 0 /tmp/p')
})

test('a page that would be too large is cut, and says where it goes on', async (t) => {
  const letter = { id: 0, input: `"${'x'.repeat(400_000)}"` }
  const host = fakeHost({ deadLetters: async () => [1, 2, 3].map((id) => ({ ...letter, id })) as never })
  const { client } = await served(t, host)
  const { letters, after } = await client.call('dead-letters', { after: 0, limit: 10 })
  assert.deepEqual([letters.map(({ id }) => id), after], [[1], 1])
})

test('an error of the host arrives with its code and remedy, any other as CONTROL_CALL_FAILED', async (t) => {
  const host = fakeHost({
    list: async () => {
      throw controlErrors.CONTROL_IN_USE({ path: 'p' })
    },
    checkInvariants: async () => {
      throw new Error('broken')
    },
    profile: async (_cell, { path }) => writeFileSync(path, '', { flag: 'wx' }),
  })
  const { client } = await served(t, host)
  const page = { limit: 2, prefix: null, after: null, where: [] }
  await assert.rejects(client.call('list', { component: 'a', page }), code('CONTROL_IN_USE'))
  await assert.rejects(client.call('check', null), { code: 'CONTROL_CALL_FAILED', message: /'check': broken/ })
  const profile = { cell: 'auction', kind: 'cpu', durationMs: 1, path: '/' } as const
  await assert.rejects(client.call('profile', profile), code('CONTROL_PATH_FAILED'))
})

test('logs give the past and end; followed, they go on until stopped', async (t) => {
  const { client, host } = await served(t)
  const past: LogEvent[] = []
  const all = { component: null, entity: null, last: 10 }
  await client.logs({ ...all, follow: false }, (event) => past.push(event)).done
  assert.deepEqual(
    past.map((event) => event.type === 'line' && event.line),
    FAKE_LINES,
  )
  assert.equal(host.followers(), 0)

  const arrived = Promise.withResolvers<LogLine>()
  const following = client.logs({ ...all, last: 0, component: 'auction', follow: true }, (event) => {
    if (event.type === 'line') arrived.resolve(event.line)
  })
  await client.call('status', null)
  assert.equal(host.followers(), 1)
  host.say({ atMs: 1, level: 'info', from: 'ledger', message: 'not for us' })
  host.say({ atMs: 2, level: 'info', from: 'auction', message: 'for us' })
  assert.equal((await arrived.promise).message, 'for us')
  following.stop()
  await following.done
  assert.equal(host.followers(), 0)
})

test('a subscription ends with its connection', async (t) => {
  const { client, host, dataFolder } = await served(t)
  const other = await connectControl(dataFolder)
  const following = other.logs({ component: null, entity: null, last: 0, follow: true }, () => {})
  await other.call('status', null)
  assert.equal(host.followers(), 1)
  other.close()
  await assert.rejects(following.done, code('CONTROL_LOST'))
  for (let round = 0; host.followers() > 0 && round < 1_000; round++) await client.call('status', null)
  assert.equal(host.followers(), 0)
})

test('a follower that does not read costs a bounded amount, and is told how much it missed', async (t) => {
  const { host, control } = await served(t)
  const socket = connect(control.path)
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const take = { component: null, entity: null, last: 0, follow: true }
  socket.write(`${JSON.stringify({ type: 'logs', id: 1, take })}\n{"type":"status","id":2}\n`)
  let got = ''
  while (!got.includes('"id":2')) got += String((await once(socket, 'data'))[0])
  socket.pause()
  const message = 'x'.repeat(64 * 1024)
  for (let n = 0; n < 100; n++) host.say({ atMs: n, level: 'info', from: 'auction', message })
  got = ''
  socket.on('data', (chunk) => {
    got += chunk
    if (got.endsWith('\n') && !got.includes('"last"'))
      host.say({ atMs: 0, level: 'info', from: 'auction', message: 'last' })
  })
  socket.resume()
  while (!got.includes('"skipped"')) await once(socket, 'data')
  const lines = got.split('\n').filter((line) => line.includes(message)).length
  const skipped = Number(/"lines":(\d+)/.exec(got)?.[1])
  assert.equal(lines + skipped, 100)
  assert.ok(skipped > 50)
})

test('a malformed line is answered, and the connection stays usable', async (t) => {
  const { control } = await served(t)
  const replies = await raw(
    control.path,
    `{"id"\n\n{"type":"nope","id":3}\n${'x'.repeat(REQUEST_BYTES_MAX + 1)}\n{"type":"check","id":4}\n`,
  )
  assert.deepEqual(
    replies.map((reply) => (reply.type === 'refused' ? [reply.id, reply.code] : reply.type)),
    [
      'hello',
      [null, 'CONTROL_REQUEST_INVALID'],
      [3, 'CONTROL_REQUEST_INVALID'],
      [null, 'CONTROL_LINE_TOO_LONG'],
      'result',
    ],
  )
})

test('an id that is in use is refused, and so is one connection too many', async (t) => {
  const { control, host, dataFolder } = await served(t)
  const take = JSON.stringify({ component: null, entity: null, last: 0, follow: true })
  const twice = `{"type":"logs","id":1,"take":${take}}\n`.repeat(2)
  const replies = await raw(control.path, twice)
  assert.deepEqual(
    replies.map(({ type }) => type),
    ['hello', 'refused', 'result'],
  )
  assert.equal(host.followers(), 0)

  const clients = await Promise.all(Array.from({ length: CONNECTIONS_MAX - 1 }, () => connectControl(dataFolder)))
  await assert.rejects(connectControl(dataFolder), code('CONTROL_BUSY'))
  for (const client of clients) client.close()
})

test('stop is answered after the host has stopped', async (t) => {
  const { client, control, host } = await served(t)
  await client.call('stop', null)
  assert.deepEqual(host.asked, ['stop'])
  await control.stopped
  await control.close()
  assert.equal(existsSync(control.path), false)
})

test('what the host had no time to answer is lost, and said so', async (t) => {
  const { client, control } = await served(t, fakeHost({ checkInvariants: () => new Promise(() => {}) }))
  const answer = client.call('check', null)
  await client.call('status', null)
  await Promise.all([assert.rejects(answer, code('CONTROL_LOST')), control.close()])
  await assert.rejects(client.call('status', null), code('CONTROL_LOST'))
})

test('the socket is for its user alone, and its folder is left tidy', async (t) => {
  const { control, dataFolder } = await served(t)
  assert.equal(statSync(control.path).mode & 0o777, 0o600)
  assert.equal(control.path, join(dataFolder, 'control.sock'))
  await control.close()
  assert.equal(existsSync(join(dataFolder, 'control.sock')), false)
})

test('a second host on the folder is refused, the socket of a dead one replaced', async (t) => {
  const { dataFolder, control, host } = await served(t)
  const again = { host, dataFolder, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 1 }
  await assert.rejects(startControl(again), code('CONTROL_IN_USE'))

  // A socket that nobody listens on: bound, moved away from its name, then closed.
  await control.close()
  const dead = createServer().listen(join(dataFolder, 'dead'))
  await once(dead, 'listening')
  renameSync(join(dataFolder, 'dead'), join(dataFolder, 'control.sock'))
  mkdirSync(join(dataFolder, '.ctl-left'))
  dead.close()
  await assert.rejects(connectControl(dataFolder), code('HOST_NOT_RUNNING'))
  const next = await startControl(again)
  t.after(() => next.close())
  const client = await connectControl(dataFolder)
  assert.equal(client.hello.pid, 1)
  client.close()
  assert.equal(existsSync(join(dataFolder, '.ctl-left')), false)
})

test('closing late leaves the socket of a successor alone', async (t) => {
  const { dataFolder, control, host } = await served(t)
  rmSync(control.path)
  const next = await startControl({ host, dataFolder, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 2 })
  t.after(() => next.close())
  await control.close()
  assert.equal(existsSync(next.path), true)
})

test('a data folder too deep for a socket is served from a private temporary folder', async (t) => {
  const dataFolder = join(folder(t), 'x'.repeat(60), 'y'.repeat(60))
  mkdirSync(dataFolder, { recursive: true })
  const { client, control } = await served(t, fakeHost(), dataFolder)
  assert.equal((await client.call('status', null)).system, 'auction-house')
  assert.equal(statSync(join(control.path, '..')).mode & 0o777, 0o700)
  assert.equal(statSync(join(dataFolder, 'control.json')).mode & 0o777, 0o600)
  const again = { host: fakeHost(), dataFolder, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 1 }
  await assert.rejects(startControl(again), code('CONTROL_IN_USE'))
  await control.close()
  assert.equal(existsSync(join(control.path, '..')), false)
  assert.equal(existsSync(join(dataFolder, 'control.json')), false)
  await assert.rejects(connectControl(dataFolder), code('HOST_NOT_RUNNING'))
})

test('a socket that fits nowhere, and a name that is taken by something else, are refused', async (t) => {
  const host = fakeHost()
  const deep = join(folder(t), 'x'.repeat(60), 'y'.repeat(60))
  mkdirSync(deep, { recursive: true })
  const options = { host, selfsame: '0.1.0', pid: 1 }
  await assert.rejects(startControl({ ...options, dataFolder: deep, tempFolder: deep }), code('CONTROL_SOCKET_FAILED'))

  const dataFolder = folder(t)
  writeFileSync(join(dataFolder, 'control.sock'), 'mine')
  await assert.rejects(startControl({ ...options, dataFolder, tempFolder: tmpdir() }), code('CONTROL_SOCKET_FAILED'))
  assert.equal(readFileSync(join(dataFolder, 'control.sock'), 'utf8'), 'mine')
})

test('no host, a silent one, one of another version and something else are told apart', async (t) => {
  const dataFolder = folder(t)
  await assert.rejects(connectControl(dataFolder), code('HOST_NOT_RUNNING'))
  await assert.rejects(connectControl(join(dataFolder, 'nowhere')), code('HOST_NOT_RUNNING'))

  let greeting = ''
  const server = createServer((socket) => socket.write(greeting)).listen(join(dataFolder, 'control.sock'))
  t.after(() => server.close())
  await once(server, 'listening')
  await assert.rejects(connectControl(dataFolder, { helloWithinMs: 50 }), code('CONTROL_SILENT'))
  greeting = '{"type":"hello","protocol":99,"selfsame":"9.0.0","pid":1}\n'
  await assert.rejects(connectControl(dataFolder), code('CONTROL_VERSION_MISMATCH'))
  greeting = 'HTTP/1.1 400 Bad Request\n'
  await assert.rejects(connectControl(dataFolder), code('CONTROL_SOCKET_FAILED'))
})

test('a socket of another user is denied', {
  skip: process.getuid?.() === 0 && 'root may use every socket',
}, async (t) => {
  const { dataFolder, control } = await served(t)
  chmodSync(control.path, 0)
  await assert.rejects(connectControl(dataFolder), code('CONTROL_DENIED'))
})
