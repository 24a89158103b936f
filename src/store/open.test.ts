import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkStore } from './check.ts'
import { openDataFolder } from './data-folder.ts'
import { Database } from './database.ts'
import { asStoreError } from './errors.ts'
import { LAYOUT_VERSION } from './layout.ts'
import { A, commitOf, openTestStore, tester } from './store.testing.ts'

function newFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const state = join(folder, 'state.db')
  const open = () => openDataFolder({ dataFolder: folder, monotonicMs: () => 0, newStoreId: () => 's' })
  return { folder, state, open }
}

/** A closed store with 50 entities. */
function filled(t: TestContext) {
  const place = newFolder(t)
  const opened = place.open()
  const store = tester(opened.engine)
  store.open()
  store.decide(
    ...Array.from({ length: 50 }, (_, n) => ({
      to: { component: 'auction', key: `${n}` },
      change: `{"n":${n},"x":"${'y'.repeat(500)}"}`,
    })),
  )
  opened.close()
  return place
}
function edit(path: string, sql: string) {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

test('makes a store in an empty folder and finds everything in it again', (t) => {
  const { open, state } = newFolder(t)
  const opened = open()
  const store = tester(opened.engine)
  store.open()
  store.commit({ change: '{"n":1}' })
  opened.close()
  const again = open()
  assert.equal(tester(again.engine).load(A)?.state, '{"n":1}')
  assert.deepEqual(tester(again.engine).call('openEpoch', { component: 'auction' }), { epoch: 2 })
  assert.equal(tester(again.engine).call('statistics', null).entities['auction'], 1)
  again.close()
  assert.deepEqual(checkStore(state), [])
})

test('keeps a second host from the data folder while the first lives', (t) => {
  const { open } = newFolder(t)
  const first = open()
  assert.throws(open, { code: 'DATA_FOLDER_IN_USE' })
  first.close()
  open().close()
})

test('does not begin anew where a store is missing', (t) => {
  const { open, state } = filled(t)
  rmSync(state)
  assert.throws(open, { code: 'STORE_MISSING' })
  assert.throws(open, { code: 'STORE_MISSING' })
})

test('does not take a half-made store for one', (t) => {
  const { open, state } = newFolder(t)
  writeFileSync(`${state}.new`, 'half')
  open().close()
})

test('refuses what is no database, however it came to be that', (t) => {
  const { open, state } = filled(t)
  const whole = readFileSync(state)
  for (const damage of [
    Buffer.alloc(0),
    Buffer.from('{"n":1}'),
    Buffer.alloc(whole.length),
    Buffer.from(whole).fill(1, 0, 4),
  ]) {
    writeFileSync(state, damage)
    assert.throws(open, { code: 'STORE_DAMAGED' })
    assert.deepEqual(readFileSync(state), damage)
  }
})

test('refuses a database of someone else', (t) => {
  const { open, state } = newFolder(t)
  edit(state, 'create table theirs (x)')
  assert.throws(open, { code: 'STORE_DAMAGED', message: /not one of Selfsame/ })
})

test('refuses a store that was cut off', (t) => {
  const { open, state } = filled(t)
  truncateSync(state, statSync(state).size - 4_096)
  assert.throws(open, { code: 'STORE_DAMAGED', message: /bytes/ })
})

test('refuses a store whose tables are not those of its layout', (t) => {
  const { open, state } = filled(t)
  edit(state, 'drop index timer_by_due')
  assert.throws(open, { code: 'STORE_DAMAGED', message: /tables/ })
})

test('refuses a store without its counters', (t) => {
  const { open, state } = filled(t)
  edit(state, 'delete from progress')
  assert.throws(open, { code: 'STORE_DAMAGED', message: /progress/ })
})

test('refuses a store whose pages were overwritten', (t) => {
  const { open, state } = filled(t)
  const bytes = readFileSync(state)
  writeFileSync(state, bytes.fill(0xff, 4_096))
  assert.throws(open, { code: 'STORE_DAMAGED' })
})

test('refuses a later layout than it knows', (t) => {
  const { open, state } = filled(t)
  edit(state, `pragma user_version = ${LAYOUT_VERSION + 1}`)
  assert.throws(open, { code: 'STORE_LAYOUT_UNKNOWN' })
})

test('says that a folder cannot be read', (t) => {
  const { folder } = newFolder(t)
  const missing = () =>
    openDataFolder({ dataFolder: join(folder, 'none'), monotonicMs: () => 0, newStoreId: () => 's' })
  assert.throws(missing, { code: 'STORE_UNREADABLE' })
})

test('says that the disk failed, and that it is full under any of its names', () => {
  const sqlite = (errcode: number) => asStoreError(Object.assign(new Error('disk'), { errcode }), '/s').code
  assert.equal(sqlite(10), 'STORE_IO')
  assert.equal(sqlite(1_034), 'STORE_IO')
  assert.equal(sqlite(13), 'STORE_FULL')
  assert.equal(sqlite(4_874), 'STORE_FULL')
  assert.equal(sqlite(8), 'STORE_UNREADABLE')
  assert.equal(sqlite(11), 'STORE_DAMAGED')
  assert.equal(asStoreError(Object.assign(new Error('disk'), { code: 'ENOSPC' }), '/s').code, 'STORE_FULL')
  assert.equal(asStoreError(Object.assign(new Error('no'), { code: 'EACCES' }), '/s').code, 'STORE_UNREADABLE')
})

test('finds by a full check what opening does not look at', (t) => {
  const { state } = filled(t)
  edit(state, "update component set entities = 7 where name = 'ledger'; update record set state = 'no' where key = '1'")
  assert.deepEqual(checkStore(state), [
    'it does not hold that the entities of a component are counted (1 times)',
    'it does not hold that a state is JSON (1 times)',
  ])
  const bytes = readFileSync(state)
  writeFileSync(state, bytes.fill(0xff, 8 * 4_096, 9 * 4_096))
  assert.notDeepEqual(checkStore(state), [])
})

test('reads a store after a crash from its log', (t) => {
  const { folder, state } = newFolder(t)
  const engine = openTestStore({ path: state })
  const store = tester(engine)
  store.open()
  engine.applyBatch([{ port: 1, item: { type: 'commit', commit: commitOf({ change: '{"n":1}' }) } }])
  // What a crash leaves: the file and the log as they are now, nothing closed.
  const crashed = join(folder, 'crashed.db')
  copyFileSync(state, crashed)
  copyFileSync(`${state}-wal`, `${crashed}-wal`)
  engine.close()
  const again = openTestStore({ path: crashed })
  assert.equal(tester(again).load(A)?.state, '{"n":1}')
  again.close()
})
