import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { type CellToStore, pack, type StoreToCell, type Verdict } from '../turn/index.ts'
import type { StoreHandle } from './handle.ts'
import { inProcessStore } from './in-process.ts'
import { packedPort } from './packed-port.ts'
import { localChannel, type Port } from './port.ts'
import { startStore } from './start.ts'
import { A, commitOf, openTestStore } from './store.testing.ts'

type AnyStore = StoreHandle<Port<CellToStore, StoreToCell>>

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Both ways of running a store keep the same promises to router and cells. */
const RUNS: Record<string, (t: TestContext) => Promise<AnyStore>> = {
  async 'in the thread'(t) {
    const store = await startStore({ dataFolder: newFolder(t) })
    return { ...store, connectCell: (cell) => packedPort(store.connectCell(cell)) }
  },
  'in process': async () => inProcessStore(openTestStore(), { schedule: (then) => void setImmediate(then) }),
}

for (const [where, start] of Object.entries(RUNS)) {
  test(`${where}: tells a verdict before any result that was asked for after its commit`, async (t) => {
    const store = await start(t)
    const told: string[] = []
    store.onVerdicts((verdicts) => {
      for (const { turn, type } of verdicts) told.push(`${type} ${turn}`)
    })
    const { epoch } = await store.call('openEpoch', { component: 'auction' })
    const cell = store.connectCell('auction')
    const loaded = Promise.withResolvers<readonly StoreToCell[]>()
    cell.on('message', loaded.resolve)
    cell.postMessage([
      { type: 'commit', commit: commitOf({ epoch, turn: 1 }) },
      { type: 'commit', commit: commitOf({ epoch, turn: 2, base: 1 }) },
      { type: 'load', id: 5, ...A },
    ])
    const [first] = await loaded.promise
    assert.equal(first?.type === 'loaded' && first.record?.revision, 2)
    await store.call('endEpoch', { component: 'auction', epoch })
    told.push('ended')
    cell.postMessage([
      { type: 'commit', commit: commitOf({ epoch, turn: 3, base: 2 }) },
      { type: 'load', id: 6, ...A },
    ])
    const refused = Promise.withResolvers<readonly Verdict[]>()
    store.onVerdicts(refused.resolve)
    assert.equal((await refused.promise)[0]?.type, 'refused')
    assert.deepEqual(told, ['committed 1', 'committed 2', 'ended'])
    await store.close()
  })

  test(`${where}: fails calls with the store's codes, and all of them after it was closed`, async (t) => {
    const store = await start(t)
    await assert.rejects(store.call('awaitIdempotent', { to: A, key: 'k', request: 1 }), {
      code: 'WAIT_ENDED',
      name: 'SelfsameError',
    })
    await store.close()
    const { because, failed } = await store.terminated
    assert.deepEqual({ because, failed }, { because: 'it was closed', failed: false })
    await assert.rejects(store.call('statistics', null), { code: 'STORE_STOPPED' })
  })

  test(`${where}: answers what was asked before it was closed, a backup included`, async (t) => {
    const store = await start(t)
    const path = join(newFolder(t), 'backup')
    await store.call('openEpoch', { component: 'auction' })
    const [epoch, backup] = await Promise.all([
      store.call('openEpoch', { component: 'auction' }),
      store.call('backup', { path }),
      store.close(),
    ])
    assert.deepEqual(epoch, { epoch: 2 })
    assert.ok(backup.pages > 0)
  })
}

test('refuses to start on a folder in use, with the code that the thread gave', async (t) => {
  const dataFolder = newFolder(t)
  const store = await startStore({ dataFolder })
  await assert.rejects(startStore({ dataFolder }), { code: 'DATA_FOLDER_IN_USE', remedy: /other host/ })
  await store.close()
  await (await startStore({ dataFolder })).close()
})

test('says that its thread ended by itself, and fails what is asked afterwards', async (t) => {
  const store = await startStore({ dataFolder: newFolder(t) })
  // What no cell sends: stands for a bug of ours.
  store.connectCell('auction').postMessage(null)
  assert.equal((await store.terminated).failed, true)
  await assert.rejects(store.call('statistics', null), { code: 'STORE_STOPPED', message: /null/ })
})

test('backs up over its port', async (t) => {
  const dataFolder = newFolder(t)
  const store = await startStore({ dataFolder })
  const path = join(dataFolder, 'backup')
  assert.equal((await store.call('backup', { path })).commit, 0)
  await assert.rejects(store.call('backup', { path }), { code: 'BACKUP_EXISTS' })
  await store.close()
})

test('takes commits from a cell in another thread, also when that thread is ended at once', async (t) => {
  const store = await startStore({ dataFolder: newFolder(t) })
  await store.call('openEpoch', { component: 'auction' })
  const told = Promise.withResolvers<readonly Verdict[]>()
  store.onVerdicts(told.resolve)
  const port = store.connectCell('auction')
  const source = 'const { workerData } = require("node:worker_threads"); workerData.port.postMessage(workerData.items)'
  const items: CellToStore[] = [{ type: 'commit', commit: commitOf() }]
  const worker = new Worker(source, { eval: true, workerData: { port, items: pack(items) }, transferList: [port] })
  assert.equal((await told.promise)[0]?.type, 'committed')
  await worker.terminate()
  assert.equal((await store.call('get', A))?.revision, 1)
  await store.close()
})

test('hears nothing on a local channel after one of its ends was closed, and what was posted before it listened', () => {
  const queue: (() => void)[] = []
  const [near, far] = localChannel<number, number>((then) => void queue.push(then))
  const run = () => {
    for (const then of queue.splice(0)) then()
  }
  near.postMessage([1])
  run()
  const heard: number[] = []
  far.on('message', (items) => void heard.push(...items))
  near.postMessage([2])
  run()
  assert.deepEqual(heard, [1, 2])
  near.postMessage([3])
  far.close()
  run()
  assert.deepEqual(heard, [1, 2])
})
