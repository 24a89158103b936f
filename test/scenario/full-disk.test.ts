/** The disk fills up under a host that serves: writes are refused with a code, reads go on, and room makes it whole again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { builtTrouble, command, emptyFolder, serving, told, until } from './trouble.ts'

const trouble = await builtTrouble()
const DISK_MIB = 16
const BALLAST_MIB = 6
const WRITES_MAX = 400

/** A folder on a disk of its own; null where this user may not mount one. */
async function smallDisk(t: TestContext): Promise<string | null> {
  const folder = await emptyFolder(trouble)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder])
  if (mounted.status !== 0) return null
  t.after(() => void spawnSync('umount', ['-l', folder]))
  return folder
}

test('a full disk refuses writes and loses nothing', async (t) => {
  const data = process.platform === 'linux' && process.getuid?.() === 0 ? await smallDisk(t) : null
  if (data === null) return t.skip('only root on Linux can mount a small disk')
  const ballast = join(data, 'ballast')
  const { host, post, get } = await serving(t, { ...trouble, data })
  await writeFile(ballast, Buffer.alloc(BALLAST_MIB * 1024 * 1024))
  await post('wild/mad/start')

  const text = 'x'.repeat(90_000)
  const acknowledged: string[] = []
  let refusal: Awaited<ReturnType<typeof post>> | null = null
  for (let i = 0; i < WRITES_MAX && refusal === null; i++) {
    const answer = await post(`box/${i}/fill`, { text })
    if (answer.status === 204) acknowledged.push(String(i))
    else refusal = answer
  }
  assert.ok(refusal !== null, 'the disk was filled')
  assert.equal(told(refusal), '503 STORE_FULL')
  assert.match(refusal.headers.get('retry-after') ?? '', /^[1-9]/)
  assert.ok(acknowledged.length > 10)

  assert.equal(told(await post('box/more/fill', { text })), '503 STORE_FULL', 'again and again')
  assert.equal(told(await get(`box/${acknowledged.length}/look`)), '404 NOT_FOUND', 'what was refused was not done')
  for (const key of acknowledged.slice(-5)) {
    assert.equal(((await get(`box/${key}/look`)).body as { text: string }).text, text, 'reads go on')
  }
  assert.equal((await host.status()).state, 'serving')

  await rm(ballast)
  await until(async () => (await post('box/later/fill', { text })).status === 204, 'there is room again')
  assert.equal(told(await post('sender/s/tell', { to: 'mad', message: 'touch' })), '204')
  await until(async () => ((await get('sender/s/look')).body as { told: string[] }).told.length > 0, 'messages go on')
  const listed = await host.list('box', { limit: 1_000, prefix: null, after: null, where: [] })
  assert.deepEqual([...listed].sort(), [...acknowledged, 'later'].sort())
  await host.stop()

  const again = await serving(t, { ...trouble, data })
  for (const key of acknowledged) {
    const { count } = (await again.get(`box/${key}/look`)).body as { count: number }
    assert.equal(count, 1, `box/${key} is there after a restart`)
  }
})

test('a disk that is full at the start refuses the boot, and leaves no half of a store', async (t) => {
  const data = process.platform === 'linux' && process.getuid?.() === 0 ? await smallDisk(t) : null
  if (data === null) return t.skip('only root on Linux can mount a small disk')
  const ballast = join(data, 'ballast')
  await writeFile(ballast, Buffer.alloc((DISK_MIB + 1) * 1024 * 1024)).catch(() => {})
  const run = () => command(['run', trouble.release.path, '--data', data, '--port', '0', '--json'], '/').ended
  const { code, out, err } = await run()
  assert.equal(code, 1, err)
  assert.ok(['STORE_FULL', 'DISK_FULL'].includes(JSON.parse(out).error.code), out)
  await rm(ballast)
  const { post } = await serving(t, { ...trouble, data })
  assert.deepEqual((await post('box/a/add')).body, { count: 1 })
})
