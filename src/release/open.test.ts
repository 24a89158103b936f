import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { canonicalJson } from '../base/index.ts'
import { digestOf } from './digest.ts'
import { buildRelease, openRelease } from './index.ts'
import { filesOf } from './open.ts'
import { project, twoCounters, withZod } from './project.testing.ts'
import { writeRelease } from './write.ts'

const code = (expected: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === expected

test('one flipped bit in any file is found before the file is used', async (t) => {
  const dir = withZod(project(t, twoCounters))
  const result = await buildRelease({ dir, typecheck: false })
  assert.ok(result.type === 'built')
  const { path, manifest } = result
  openRelease(path).verify()
  for (const file of ['manifest.json', ...filesOf(manifest).map((one) => one.path)]) {
    const whole = readFileSync(join(path, file))
    const flipped = Buffer.from(whole)
    const at = Math.floor(whole.length / 2)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    writeFileSync(join(path, file), flipped)
    const corrupt = (error: unknown) =>
      code('RELEASE_CORRUPT')(error) && error instanceof Error && error.message.includes(file)
    assert.throws(() => openRelease(path).verify(), corrupt, file)
    if (file !== 'manifest.json') assert.throws(() => openRelease(path).read(file), corrupt, file)
    writeFileSync(join(path, file), whole)
  }
  const script = manifest.cells[0]?.script.path ?? ''
  rmSync(join(path, script))
  assert.throws(() => openRelease(path).read(script), code('RELEASE_CORRUPT'))
  assert.throws(() => openRelease(path).read('../../etc/passwd'), code('RELEASE_CORRUPT'))

  const again = await buildRelease({ dir, typecheck: false })
  assert.equal(again.type === 'built' && again.path, path)
  openRelease(path).verify()
})

test('holds a release in a folder of another name to the digest it is given', async (t) => {
  const dir = withZod(project(t, twoCounters))
  const result = await buildRelease({ dir, typecheck: false })
  assert.ok(result.type === 'built')
  const moved = join(dir, 'moved')
  cpSync(result.path, moved, { recursive: true })
  assert.equal(openRelease(moved, { digest: result.digest }).digest, result.digest)
  assert.throws(() => openRelease(moved, { digest: digestOf('another') }), code('RELEASE_CORRUPT'))
})

test('says what is missing, and what it cannot read', (t) => {
  const dir = project(t, {})
  assert.throws(() => openRelease(join(dir, 'nothing')), code('RELEASE_MISSING'))
  mkdirSync(join(dir, 'later'))
  writeFileSync(join(dir, 'later/manifest.json'), canonicalJson({ format: 2 }))
  assert.throws(() => openRelease(join(dir, 'later')), code('RELEASE_FORMAT_UNKNOWN'))
  writeFileSync(join(dir, 'later/manifest.json'), '{')
  assert.throws(() => openRelease(join(dir, 'later')), code('RELEASE_CORRUPT'))
})

test('a release that cannot be written whole is not there at all', (t) => {
  const out = project(t, {})
  const files = new Map([
    ['a', 'text'],
    ['a/b', 'a file below a file cannot be'],
  ])
  assert.throws(() => writeRelease({ out, digest: digestOf('x'), files }))
  assert.deepEqual(readdirSync(out), [])
})

test('what a killed build left is removed when it is old, and never opened', (t) => {
  const out = project(t, { '.unfinished-old/manifest.json': '', '.unfinished-new/manifest.json': '' })
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1_000)
  utimesSync(join(out, '.unfinished-old'), longAgo, longAgo)
  const path = writeRelease({ out, digest: digestOf('x'), files: new Map([['manifest.json', '{}']]) })
  assert.ok(existsSync(path))
  assert.deepEqual(readdirSync(out).sort(), ['.unfinished-new', digestOf('x')])
})

test('a build that is killed while it writes leaves no release half done', async (t) => {
  const dir = withZod(project(t, twoCounters))
  const whole = await buildRelease({ dir, typecheck: false, out: join(dir, 'whole') })
  assert.ok(whole.type === 'built')
  const script = `
    const { buildRelease } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
    const onProgress = ({ step }) => step === 'write' && process.stdout.write('writing')
    await buildRelease({ dir: ${JSON.stringify(dir)}, typecheck: false, onProgress })`
  for (const delayMs of [0, 2, 5]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    setTimeout(() => child.kill('SIGKILL'), delayMs)
    await once(child, 'close')
    const out = join(dir, 'releases')
    for (const name of existsSync(out) ? readdirSync(out) : []) {
      if (!name.startsWith('.unfinished-')) openRelease(join(out, name)).verify()
    }
    rmSync(out, { recursive: true, force: true })
  }
})
