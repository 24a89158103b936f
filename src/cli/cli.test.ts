/** The command as a process, and what only shows over time. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCli, startCli } from '../../test/fake/cli.ts'
import { fakeHost } from '../../test/fake/host.ts'
import { startControl } from '../control/index.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'cli-test-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function served(t: TestContext, host = fakeHost()) {
  const here = folder(t)
  const control = await startControl({ host, dataFolder: here, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 4242 })
  t.after(() => control.close())
  return { host, here, control, options: { cwd: here, env: { SELFSAME_DATA: '.' } } }
}

function spawned(t: TestContext, args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  return { child, exited: once(child, 'exit') }
}

test('arguments reach the host as what they mean', async (t) => {
  const { host, here, options } = await served(t)
  await runCli(['list', 'auction', '--where', 'open=true', '--after', 'lot-1', '--limit', '5'], options)
  await runCli(['inspect', 'auction', 'a/b'], options)
  await runCli(['inspect', 'auction/a/b', '--personal'], options)
  await runCli(['backup', '../copy.db'], options)
  const page = JSON.stringify({ limit: 5, prefix: null, after: 'lot-1', where: [{ name: 'open', value: true }] })
  assert.deepEqual(host.asked, [
    `list auction ${page}`,
    'inspect auction/a/b personal=false',
    'inspect auction/a/b personal=true',
    `backup ${join(here, '../copy.db')}`,
  ])
})

test('a followed log shows each further line until the host ends', async (t) => {
  const { host, options, control } = await served(t)
  const running = startCli(['logs', '--follow', '--last', '0', '--json'], options)
  while (host.followers() === 0) await new Promise(setImmediate)
  host.say({ atMs: 1, level: 'info', from: 'auction', message: 'sold' })
  while (!running.out().includes('\n')) await new Promise(setImmediate)
  assert.deepEqual(JSON.parse(running.out()), { atMs: 1, level: 'info', from: 'auction', message: 'sold' })
  await control.close()
  const { out, code } = await running.ran
  assert.equal(JSON.parse(out.split('\n')[1] ?? '').error.code, 'CONTROL_LOST')
  assert.equal(code, 1)
})

test('a config that is no JSON object is refused, and its text is not run', async (t) => {
  const here = folder(t)
  for (const text of ['{', '[]', '"x"', 'null']) {
    writeFileSync(join(here, 'config.json'), text)
    const { err, code } = await runCli(['run', '--config', 'config.json'], { cwd: here })
    assert.match(err, /FILE_UNREADABLE/)
    assert.equal(code, 1)
  }
})

test('a data folder that cannot be made is said so', async (t) => {
  const here = folder(t)
  writeFileSync(join(here, 'file'), '')
  const { err, code } = await runCli(['restore', 'copy.db', '--data', 'file/data'], { cwd: here })
  assert.match(err, /DATA_FOLDER_UNUSABLE/)
  assert.equal(code, 1)
})

test('an error without a code becomes UNEXPECTED_FAILURE with its stack', async (t) => {
  const { options } = await served(t, fakeHost({ inspect: async () => ({ record: { state: '{' } }) as never }))
  const { out, code } = await runCli(['inspect', 'auction', 'lot-1', '--json'], options)
  const { error } = JSON.parse(out)
  assert.equal(error.code, 'UNEXPECTED_FAILURE')
  assert.match(error.message, /SyntaxError(.|\n)*inspect\.ts/)
  assert.equal(code, 1)
})

test('as a process it exits with the code that says what happened', async (t) => {
  const here = folder(t)
  const version = spawned(t, ['--version'])
  const absent = spawned(t, ['status', '--data', here, '--json'])
  let said = ''
  absent.child.stdout.on('data', (chunk) => {
    said += chunk
  })
  assert.deepEqual([(await version.exited)[0], (await absent.exited)[0]], [0, 3])
  assert.equal(JSON.parse(said).error.code, 'HOST_NOT_RUNNING')
})

test('a reader that has seen enough ends it quietly, and Ctrl-C with 130', async (t) => {
  const { host, here } = await served(t)
  const follow = ['logs', '--follow', '--last', '1', '--data', here]
  const piped = spawned(t, follow)
  const interrupted = spawned(t, follow)
  let complaints = ''
  piped.child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  await Promise.all([once(piped.child.stdout, 'data'), once(interrupted.child.stdout, 'data')])
  piped.child.stdout.destroy()
  while (piped.child.exitCode === null) {
    host.say({ atMs: 1, level: 'info', from: 'auction', message: 'more' })
    await new Promise(setImmediate)
  }
  await piped.exited
  assert.deepEqual([piped.child.exitCode, complaints], [0, ''])
  interrupted.child.kill('SIGINT')
  assert.equal((await interrupted.exited)[0], 130)
})
