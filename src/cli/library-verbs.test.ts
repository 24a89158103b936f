/** The verbs that call a library themselves, on real projects and real files. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCli } from '../../test/fake/cli.ts'
import { startStore } from '../store/index.ts'

const PROJECT = join(import.meta.dirname, '../../bench/turns')

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'cli-library-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('build prints what it built and where, for people and as JSON', async (t) => {
  const here = folder(t)
  const { out, err, code } = await runCli(['build', PROJECT, '--out', 'releases'], { cwd: here })
  assert.deepEqual([err, code], ['', 0])
  const [digest = ''] = readdirSync(join(here, 'releases'))
  assert.match(out, new RegExp(`^counters ${digest}$`, 'm'))
  assert.match(out, /^counter +component +[0-9a-f]{12} +[\d.]+ KiB/m)
  assert.ok(out.endsWith(`\n${join(here, 'releases', digest)}\n`))

  const again = await runCli(['build', PROJECT, '--out', 'releases', '--json'], { cwd: here })
  const built = JSON.parse(again.out)
  assert.deepEqual([built.built, built.digest, built.path], [true, digest, join(here, 'releases', digest)])
  assert.ok(
    built.cells.some((cell: { name: string; kind: string }) => cell.name === 'counter' && cell.kind === 'component'),
  )
})

test('a project that is refused shows its findings and exits with 1', async (t) => {
  const here = folder(t)
  const { out, code } = await runCli(['build'], { cwd: here })
  assert.match(out, /^refusal SYSTEM_MISSING/)
  assert.match(out, /remedy: .*system\.ts/)
  assert.match(out, /^1 refusal\nrefused: nothing was built$/m)
  assert.equal(code, 1)

  const json = await runCli(['build', '--json'], { cwd: here })
  const { built, digest, path, cells, findings } = JSON.parse(json.out)
  assert.deepEqual([built, digest, path, cells, findings[0].code], [false, null, null, [], 'SYSTEM_MISSING'])
  assert.equal(json.code, 1)
})

test('run of a refused project says why, and makes no data folder', async (t) => {
  const here = folder(t)
  const { out, err, code } = await runCli(['run'], { cwd: here })
  assert.deepEqual([out, code], ['', 1])
  assert.match(err, /^refusal SYSTEM_MISSING/)
  assert.deepEqual(readdirSync(here), [])
})

test('run of a damaged release says which file', async (t) => {
  const here = folder(t)
  writeFileSync(join(here, 'manifest.json'), '{"format":1}x')
  const { err, code } = await runCli(['run', '.'], { cwd: here })
  assert.match(err, /RELEASE_CORRUPT/)
  assert.equal(code, 1)
})

test('restore makes a data folder of a backup, and overwrites none', async (t) => {
  const here = folder(t)
  mkdirSync(join(here, 'data'))
  const store = await startStore({ dataFolder: join(here, 'data') })
  await store.call('backup', { path: join(here, 'copy.db') })
  await store.close()

  const copy = await runCli(['restore', 'copy.db', '--data', 'new/data', '--as-copy'], { cwd: here })
  assert.equal(copy.code, 0, copy.err)
  assert.match(
    copy.out,
    /^restored .*copy\.db to .*new\/data, as of commit \d+\nsuspended, .*: 0 messages, 0 timers; ended: 0 waits\n$/,
  )
  assert.ok(existsSync(join(here, 'new/data/state.db')))

  const again = await runCli(['restore', 'copy.db', '--data', 'new/data', '--as-copy', '--json'], { cwd: here })
  assert.equal(JSON.parse(again.out).error.code, 'RESTORE_TARGET_EXISTS')
  const beside = await runCli(['restore', 'copy.db', '--data', 'other', '--json'], { cwd: here })
  assert.equal(JSON.parse(beside.out).error.code, 'RESTORE_ORIGINAL_EXISTS')
})

test('a restore of nothing leaves nothing', async (t) => {
  const here = folder(t)
  const { err, code } = await runCli(['restore', 'copy.db', '--data', 'data'], { cwd: here })
  assert.match(err, /BACKUP_MISSING/)
  assert.equal(code, 1)
  assert.equal(existsSync(join(here, 'data')), false)
})
