import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fakePowers, runCli } from '../../test/fake/cli.ts'
import { FAKE_STATUS, fakeHost } from '../../test/fake/host.ts'
import type { HostEnd } from '../host/index.ts'
import { serve } from './serve.ts'

function serving(t: TestContext, options: { host?: ReturnType<typeof fakeHost>; json?: boolean } = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'serve-test-'))
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }))
  const host = options.host ?? fakeHost()
  const fake = fakePowers({ cwd: dataFolder })
  const release = { digest: FAKE_STATUS.generation.release }
  const ended = serve({ host, release, dataFolder, json: options.json === true }, fake.powers)
  const announced = async () => {
    while (fake.written.out === '') await new Promise(setImmediate)
    return fake.written.out
  }
  return { ...fake, host, dataFolder, ended, announced }
}

test('says where it serves, for people and in one line of JSON', async (t) => {
  const person = serving(t)
  assert.equal(
    await person.announced(),
    `auction-house 9f86d081884c serves http://127.0.0.1:8080, data in ${person.dataFolder}\n`,
  )
  person.signal('SIGTERM')
  await person.ended

  const script = serving(t, { json: true })
  const { dataFolder } = script
  assert.equal(
    await script.announced(),
    `${JSON.stringify({
      state: 'serving',
      system: 'auction-house',
      release: FAKE_STATUS.generation.release,
      pid: 4242,
      dataFolder,
      control: join(dataFolder, 'control.sock'),
      gateways: [{ host: '127.0.0.1', port: 8080 }],
    })}\n`,
  )
  script.signal('SIGINT')
  await script.ended
})

test('the first signal stops it gracefully, the second one at once', async (t) => {
  const stopped = Promise.withResolvers<void>()
  const { announced, ended, signal, exits, written, dataFolder } = serving(t, {
    host: fakeHost({ stop: () => stopped.promise }),
  })
  await announced()
  signal('SIGTERM')
  assert.match(written.err, /SIGTERM: stopping/)
  assert.deepEqual(exits, [])
  signal('SIGTERM')
  signal('SIGINT')
  assert.deepEqual(exits, [143, 130])
  stopped.resolve()
  assert.equal(await ended, 0)
  assert.equal(existsSync(join(dataFolder, 'control.sock')), false)
})

test('`selfsame stop` ends it with code 0', async (t) => {
  const { announced, ended, dataFolder, host } = serving(t)
  await announced()
  const { out, code } = await runCli(['stop', '--data', dataFolder], { cwd: dataFolder })
  assert.deepEqual([out, code], ['stopped (pid 4242)\n', 0])
  assert.equal(await ended, 0)
  assert.ok(host.asked.includes('stop'))
})

test('a host that cannot go on is an error, not a silent end', async (t) => {
  const end: HostEnd = { failed: true, because: 'the store ended: the disk is full' }
  const { ended } = serving(t, { host: fakeHost({ ended: Promise.resolve(end) }) })
  await assert.rejects(ended, { code: 'HOST_FAILED', message: /the store ended: the disk is full/ })
})

test('a host whose control socket is taken stops again', async (t) => {
  const first = serving(t)
  await first.announced()
  const host = fakeHost()
  const { powers } = fakePowers({ cwd: first.dataFolder })
  const release = { digest: 'd' }
  await assert.rejects(serve({ host, release, dataFolder: first.dataFolder, json: false }, powers), {
    code: 'CONTROL_IN_USE',
  })
  assert.deepEqual(host.asked, ['stop'])
  first.signal('SIGTERM')
  await first.ended
})
