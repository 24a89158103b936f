import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkStore } from './check.ts'
import { openDataFolder } from './data-folder.ts'
import { Database } from './database.ts'
import { restoreStore } from './restore.ts'
import { A, B, tester } from './store.testing.ts'

const DUE = { nowMs: 2_000, afterRow: 0, limit: 10 }

/** A data folder whose store has one entity with a timer, a message on its way, and a caller who waits. */
function serving(t: TestContext) {
  const place = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  const folder = (name: string) => {
    const path = join(place, name)
    if (!existsSync(path)) mkdirSync(path)
    return path
  }
  const open = (name: string) => {
    const opened = openDataFolder({ dataFolder: folder(name), monotonicMs: () => 0, newStoreId: () => `store ${name}` })
    t.after(() => opened.close())
    return { ...opened, ...tester(opened.engine) }
  }
  const live = open('live')
  live.open()
  live.commit({
    change: '{"n":1}',
    timers: [{ type: 'set', name: 'close', dueMs: 1_500, message: 'close', input: null }],
    sends: [{ to: B, message: 'hold', input: '1', continuation: { then: null, otherwise: 'refused', with: null } }],
    cause: { type: 'request', request: 1, idempotency: { key: 'k', fingerprint: 'f' } },
    outcome: { type: 'deferred', token: 't' },
    waitUntilMs: 9_000,
  })
  live.call('schedules', {
    nowMs: 1_000,
    schedules: [{ name: 'nightly', everyMs: 500, to: B, message: 'sum', input: null }],
  })
  const restore = (asCopy: { newStoreId: string } | null = null, to = 'restored') =>
    restoreStore({ from: join(place, 'backup'), to: folder(to), asCopy, nowMs: 3_000 })
  return { place, open, live, backup: join(place, 'backup'), restore }
}

test('copies a store that serves, as of a commit', async (t) => {
  const { live, backup, place } = serving(t)
  const { commit, pages } = await live.engine.backup(backup)
  assert.equal(commit, live.call('statistics', null).commit)
  assert.ok(pages > 0)
  assert.deepEqual(checkStore(backup), [])
  assert.deepEqual(readdirSync(place).sort(), ['backup', 'live'])
})

test('copies one state, while commits go on', async (t) => {
  const { live, backup } = serving(t)
  const padding = 'x'.repeat(4_000)
  const put = (n: number) =>
    live.commit({ to: { component: 'ledger', key: `${n}` }, change: JSON.stringify({ n, padding }) })
  for (let n = 0; n < 500; n++) put(n)
  let copied: { commit: number } | undefined
  const copying = live.engine.backup(backup).then((result) => {
    copied = result
  })
  let n = 500
  while (copied === undefined && n < 5_000) {
    put(n++)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await copying
  assert.ok(n > 500 && copied !== undefined)
  assert.deepEqual(checkStore(backup), [])
  // One entity per commit after the first, so the number of entities tells which commits the copy has.
  const copy = openCopy(backup)
  assert.equal(copy.entities, copied.commit - 1)
})

function openCopy(path: string): { entities: number } {
  const db = new Database(path)
  const row = db.get<{ entities: number }>("select count(*) as entities from record where component = 'ledger'")
  db.close()
  return { entities: row?.entities ?? 0 }
}

test('begins a backup between two commits, however often it meets one', async (t) => {
  const { live, place } = serving(t)
  const epochs = () => live.call('openEpoch', { component: 'ledger' })
  for (let n = 0; n < 30; n++) {
    const path = join(place, `backup-${n}`)
    const copying = live.engine.backup(path)
    // The first step runs in another thread, beside these.
    for (let i = 0; i < 20; i++) epochs()
    await copying
    assert.deepEqual(checkStore(path), [])
  }
})

test('never overwrites a file with a backup', async (t) => {
  const { live, backup } = serving(t)
  writeFileSync(backup, 'mine')
  await assert.rejects(live.engine.backup(backup), { code: 'BACKUP_EXISTS' })
})

test('says that a backup cannot be written', async (t) => {
  const { live, place } = serving(t)
  await assert.rejects(live.engine.backup(join(place, 'none', 'backup')), { code: 'BACKUP_UNWRITABLE' })
})

test('restores a store in the place of its original, timers and all', async (t) => {
  const { live, backup, restore, open, place } = serving(t)
  await live.engine.backup(backup)
  live.close()
  renameSync(join(place, 'live'), join(place, 'old'))
  restore(null, 'live')
  const restored = open('live')
  assert.deepEqual(
    restored.call('due', DUE).timers.map(({ name }) => name),
    ['close'],
  )
  assert.deepEqual(
    restored.call('due', DUE).outbox.map(({ message }) => message),
    ['hold', 'sum'],
  )
  assert.equal(restored.load(A)?.state, '{"n":1}')
})

test('refuses to restore beside the original, where timers would fire twice', async (t) => {
  const { live, backup, restore, place } = serving(t)
  await live.engine.backup(backup)
  assert.throws(() => restore(), { code: 'RESTORE_ORIGINAL_EXISTS' })
  assert.deepEqual(readdirSync(join(place, 'restored')), ['lock.db'])
  live.close()
  assert.throws(() => restore(), { code: 'RESTORE_ORIGINAL_EXISTS' })
})

test('restores a copy in which nothing happens by itself, and everything can be asked for', async (t) => {
  const { live, backup, restore, open } = serving(t)
  await live.engine.backup(backup)
  assert.deepEqual(restore({ newStoreId: 'copy' }).suspended, { messages: 1, timers: 1, waits: 1 })
  const copy = open('restored')
  const { nextMs, ...brought } = copy.call('due', { ...DUE, nowMs: 99_000 })
  assert.deepEqual(brought, { outbox: [], timers: [], answers: [] })
  assert.ok(nextMs !== null && nextMs > 24 * 60 * 60 * 1_000, 'nothing but its idempotency key is to be swept')
  assert.equal(copy.load(A)?.state, '{"n":1}')
  const answer = copy.call('idempotent', { to: A, key: 'k' })?.answer
  assert.equal(answer?.type === 'failed' && answer.code, 'OUTCOME_UNKNOWN')
  const letters = copy.call('deadLetters', { after: 0, limit: 10 })
  assert.deepEqual(
    letters.map(({ code, cause }) => [code, cause]),
    [
      ['RESTORED_AS_COPY', 'timer'],
      ['RESTORED_AS_COPY', 'message'],
    ],
  )
  for (const { id } of letters) copy.call('retryDeadLetter', { id, nowMs: 4_000 })
  const due = copy.call('due', { ...DUE, nowMs: 4_000 })
  assert.deepEqual([due.outbox.length, due.timers.length], [1, 1])
  copy.close()
})

test('leaves a sound store behind when it restores a copy', async (t) => {
  const { live, backup, restore, place } = serving(t)
  await live.engine.backup(backup)
  restore({ newStoreId: 'copy' })
  assert.deepEqual(checkStore(join(place, 'restored', 'state.db')), [])
})

test('never restores over a store, or into a folder in use', async (t) => {
  const { live, backup, restore } = serving(t)
  await live.engine.backup(backup)
  assert.throws(() => restore(null, 'live'), { code: 'DATA_FOLDER_IN_USE' })
  live.close()
  assert.throws(() => restore(null, 'live'), { code: 'RESTORE_TARGET_EXISTS' })
})

test('refuses to restore what is no backup', (t) => {
  const { backup, restore } = serving(t)
  assert.throws(() => restore({ newStoreId: 'copy' }), { code: 'BACKUP_MISSING' })
  writeFileSync(backup, 'no database')
  assert.throws(() => restore({ newStoreId: 'copy' }), { code: 'STORE_DAMAGED', message: /backup/ })
})
