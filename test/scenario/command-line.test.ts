/** A day with the command: build, run, look, back up, stop, restore, run again; each as its own process. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const MAIN = join(root, 'src/cli/main.ts')

type Document = Record<string, unknown>

/** A verb with --json, and the one document that it prints. */
function asks(args: readonly string[], cwd: string): Promise<{ code: number; document: Document }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args, '--json'], { cwd }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      try {
        resolve({ code, document: JSON.parse(stdout) })
      } catch (cause) {
        reject(new Error(`selfsame ${args.join(' ')}: ${stdout}${stderr}`, { cause }))
      }
    })
  })
}

async function runs(t: TestContext, options: { args: readonly string[]; cwd: string }) {
  const { args, cwd } = options
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'run', ...args, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  const first = await Promise.race([once(lines, 'line'), exited.then(() => null)])
  assert.ok(first !== null, `it ended before it served: ${said}`)
  const serving = JSON.parse(first[0])
  const { host, port } = serving.gateways[0]
  return { child, exited, serving, url: `http://${host}:${port}`, said: () => said }
}

const add = async (url: string, key: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/counter/${key}/add`, { method: 'POST', headers, body: '{"amount":5}' })
  assert.equal(response.status, 200)
  return response.json()
}

test('a system is built, run, looked into, backed up, stopped and restored', { timeout: 120_000 }, async (t) => {
  const here = await mkdtemp(join(tmpdir(), 'command-line-'))
  t.after(() => rm(here, { recursive: true, force: true }))
  const built = await asks(['build', join(root, 'bench/turns'), '--out', 'releases'], here)
  assert.equal(built.code, 0)
  const release = String(built.document['path'])

  const host = await runs(t, { args: [release], cwd: here })
  assert.equal(host.serving.dataFolder, join(here, 'data'))
  assert.deepEqual(await add(host.url, 'a'), { total: 5 })
  assert.deepEqual(await add(host.url, 'a'), { total: 10 })
  await add(host.url, 'b')

  const { document: status } = await asks(['status'], here)
  assert.deepEqual([status['system'], status['state'], status['pid']], ['counters', 'serving', host.child.pid])
  assert.deepEqual((await asks(['list', 'counter'], here)).document, { keys: ['a', 'b'], after: null })
  assert.deepEqual((await asks(['list', 'counter', '--limit', '1'], here)).document, { keys: ['a'], after: 'a' })
  const { document: inspection } = await asks(['inspect', 'counter/a'], here)
  const { state, revision } = inspection['record'] as { state: Document; revision: number }
  assert.deepEqual([state['total'], revision], [10, 2])
  assert.equal((await asks(['inspect', 'counter', 'c'], here)).code, 4)
  const unknown = await asks(['list', 'countre'], here)
  assert.deepEqual([unknown.code, (unknown.document['error'] as Document)['code']], [4, 'COMPONENT_NOT_FOUND'])
  assert.deepEqual((await asks(['dead-letters'], here)).document, { letters: [], after: null })
  assert.deepEqual((await asks(['check'], here)).document, { holds: true, invariants: [] })
  const profile = await asks(['profile', 'counter', '--heap', '--out', 'heap.heapsnapshot'], here)
  assert.equal(profile.code, 0)
  assert.ok(existsSync(join(here, 'heap.heapsnapshot')))
  const missing = await asks(['profile', 'counterr', '--heap'], here)
  assert.deepEqual([missing.code, (missing.document['error'] as Document)['code']], [4, 'CELL_UNKNOWN'])

  const second = spawn(process.execPath, [MAIN, 'run', release, '--json'], {
    cwd: here,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let refusal = ''
  second.stdout.on('data', (chunk) => {
    refusal += chunk
  })
  assert.equal((await once(second, 'exit'))[0], 1)
  assert.equal(JSON.parse(refusal).error.code, 'DATA_FOLDER_IN_USE')

  assert.equal((await asks(['backup', 'copy.db'], here)).code, 0)
  const twice = await asks(['backup', 'copy.db'], here)
  assert.deepEqual([twice.code, (twice.document['error'] as Document)['code']], [1, 'BACKUP_EXISTS'])
  await add(host.url, 'a')
  assert.equal((await asks(['stop'], here)).document['stopped'], host.child.pid)
  assert.deepEqual(await host.exited, [0, null])
  assert.equal((await asks(['status'], here)).code, 3)

  const { code } = await asks(['restore', 'copy.db', '--data', 'copy', '--as-copy'], here)
  assert.equal(code, 0)
  const copy = await runs(t, { args: [release, '--data', 'copy', '--port', '0'], cwd: here })
  assert.deepEqual(await add(copy.url, 'a'), { total: 15 })
  copy.child.kill('SIGTERM')
  assert.deepEqual(await copy.exited, [0, null])
})
