/** A host that cannot serve says why, with a code, ends with 1, and leaves nothing behind that runs. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRelease } from '../../src/release/index.ts'
import { builtTrouble, command, emptyFolder, serving } from './trouble.ts'

const trouble = await builtTrouble()
const broken = await builtTrouble(join(import.meta.dirname, 'fixtures/broken'))

type Failed = { readonly error: { readonly code: string; readonly message: string; readonly remedy: string } }

/** `selfsame run`, which is to end by itself with 1. */
async function refused(release: string, data: string, ...more: string[]): Promise<Failed['error']> {
  const { child, ended } = command(['run', release, '--data', data, '--json', '--port', '0', ...more], data)
  const { code, out, err } = await ended
  assert.equal(code, 1, err)
  assert.throws(() => process.kill(child.pid ?? 0, 0), { code: 'ESRCH' })
  assert.equal(out.trim().split('\n').length, 1, out)
  const { error } = JSON.parse(out) as Failed
  assert.ok(error.remedy.length > 0)
  assert.ok((await stat(join(import.meta.dirname, `../../docs/errors/${error.code}.md`))).isFile())
  return error
}

/** Threads, sockets and timers that keep this process alive; the test runner has one timer of its own at times. */
const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /Worker|MessagePort|TCPServer|Timeout/.test(kind))
    .sort()

test('a component that does not load refuses the boot with its reason', async (t) => {
  const data = await emptyFolder(trouble)
  const error = await refused(broken.release.path, data)
  assert.equal(error.code, 'CELL_LOAD_FAILED')
  assert.match(error.message, /'fragile' does not load: .*(read only|not extensible|frozen|Cannot)/)
  // The data folder is free, and the generation that never served was not activated.
  const { host } = await serving(t, { ...trouble, data })
  assert.equal((await host.status()).generation.generation, 1)
})

test('the refused boot leaves no thread and no timer in a process that goes on', async (t) => {
  const data = await emptyFolder(trouble)
  const before = resources()
  await assert.rejects(serving(t, { ...broken, data }), { code: 'CELL_LOAD_FAILED' })
  assert.deepEqual(resources(), before)
  await serving(t, { ...trouble, data })
})

test('one flipped byte in any file of a release is found before anything of it runs', async (t) => {
  const data = await emptyFolder(trouble)
  const { digest, manifest, path } = trouble.release
  const files = [
    'manifest.json',
    ...manifest.cells.flatMap(({ script, validators }) => [script.path, ...(validators ? [validators.path] : [])]),
    manifest.cells[0]?.map.path ?? '',
    manifest.sources[0]?.path ?? '',
  ]
  for (const [i, file] of files.entries()) {
    const copy = join(data, 'corrupt', digest)
    await cp(path, copy, { recursive: true })
    const bytes = await readFile(join(copy, file))
    const at = Math.floor(bytes.length / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(join(copy, file), bytes)
    await assert.rejects(
      async () => serving(t, { release: openRelease(copy), data }),
      ({ code, message }: { code: string; message: string }) => code === 'RELEASE_CORRUPT' && message.includes(file),
      file,
    )
    if (i === 0) assert.equal((await refused(copy, data)).code, 'RELEASE_CORRUPT')
    await rm(join(data, 'corrupt'), { recursive: true })
  }
  await assert.rejects(stat(join(data, 'releases')), { code: 'ENOENT' })
})

test('the copy that the data folder keeps is not run either when a byte of it has flipped', async (t) => {
  const data = await emptyFolder(trouble)
  const first = await serving(t, { ...trouble, data })
  await first.post('box/a/add')
  await first.host.stop()
  const script = trouble.release.manifest.cells[0]?.script.path ?? ''
  const kept = join(data, 'releases', trouble.release.digest, script)
  const bytes = await readFile(kept)
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1
  await writeFile(kept, bytes)
  const error = await refused(trouble.release.path, data)
  assert.equal(error.code, 'RELEASE_CORRUPT')
  assert.ok(error.message.includes(data), error.message)
})

test('a store that is gone, torn or no store is named, and is left as it is', async (t) => {
  const data = await emptyFolder(trouble)
  const first = await serving(t, { ...trouble, data })
  for (let i = 0; i < 50; i++) await first.post(`box/${i}/fill`, { text: 'x'.repeat(1_000) })
  await first.host.stop()
  const file = join(data, 'state.db')
  const whole = await readFile(file)

  await rm(file)
  assert.equal((await refused(trouble.release.path, data)).code, 'STORE_MISSING')
  await assert.rejects(stat(file), { code: 'ENOENT' })

  const damages: Record<string, Uint8Array<ArrayBuffer>> = {
    'cut in half': new Uint8Array(whole.subarray(0, whole.length / 2)),
    'no database': new Uint8Array(Buffer.from('this is no database '.repeat(1_000))),
    'zeros in the middle': new Uint8Array(
      Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(8 * 4096), whole.subarray(9 * 4096)]),
    ),
    empty: new Uint8Array(0),
  }
  for (const [damage, bytes] of Object.entries(damages)) {
    await writeFile(file, bytes)
    const error = await refused(trouble.release.path, data)
    assert.ok(['STORE_DAMAGED', 'STORE_MISSING'].includes(error.code), `${damage}: ${error.code}`)
    assert.deepEqual(new Uint8Array(await readFile(file)), bytes, `${damage}: not a byte was changed`)
  }
  await writeFile(file, whole)
  const again = await serving(t, { ...trouble, data })
  assert.equal(((await again.get('box/49/look')).body as { count: number }).count, 1)
})

test('a second host on the same data folder is refused, and the first one goes on', async (t) => {
  const data = await emptyFolder(trouble)
  const first = await serving(t, { ...trouble, data })
  const error = await refused(trouble.release.path, data)
  assert.equal(error.code, 'DATA_FOLDER_IN_USE')
  assert.ok(error.message.includes(data))
  await assert.rejects(serving(t, { ...trouble, data }), { code: 'DATA_FOLDER_IN_USE' })
  assert.deepEqual((await first.post('box/a/add')).body, { count: 1 })
})

test('a port in use refuses the boot, and everything that had been started is ended again', async (t) => {
  const data = await emptyFolder(trouble)
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const error = await refused(trouble.release.path, data, '--host', '127.0.0.1', '--port', String(port))
  assert.equal(error.code, 'PORT_IN_USE')
  assert.ok(error.message.includes(String(port)))
  const before = resources()
  await assert.rejects(serving(t, { ...trouble, data, port }), { code: 'PORT_IN_USE' })
  assert.deepEqual(resources(), before)
  await serving(t, { ...trouble, data })
})

test('a data folder that cannot be one, and a release that is none, are named', async () => {
  const data = await emptyFolder(trouble)
  await writeFile(join(data, 'file'), '')
  const { ended } = command(['run', trouble.release.path, '--data', join(data, 'file'), '--json'], data)
  const { code, out } = await ended
  assert.deepEqual([code, (JSON.parse(out) as Failed).error.code], [1, 'DATA_FOLDER_UNUSABLE'])
  await mkdir(join(data, 'none'))
  assert.throws(() => openRelease(join(data, 'none')), { code: 'RELEASE_MISSING' })
})
