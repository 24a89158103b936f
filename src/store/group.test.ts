import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Database } from './database.ts'
import type { StoreReply } from './engine.ts'
import { StoreEngine } from './engine.ts'
import { createLayout } from './layout.ts'
import { STORE_LIMITS } from './limits.ts'
import { A, B, commitOf, openTester, openTestStore, tester } from './store.testing.ts'

/** A store whose connection the test has a hand on, with the epochs of both components open. */
function openBreakable() {
  const db = new Database(':memory:')
  createLayout(db, { store: 's', path: ':memory:' })
  const engine = new StoreEngine({ db, path: ':memory:', limits: STORE_LIMITS, monotonicMs: () => 0 })
  const store = tester(engine)
  store.open()
  const pages = () => db.get<{ page_count: number }>('pragma page_count')?.page_count ?? 0
  return {
    ...store,
    engine,
    db,
    /** As if the disk had room for so many pages more. */
    room: (more: number) => db.exec(`pragma max_page_count = ${pages() + more}`),
    /** Writes of records of this key fail. */
    breakKey: (key: string) =>
      db.exec(
        `create trigger t before insert on record when new.key = '${key}' begin select raise(abort, 'broken'); end`,
      ),
  }
}
const at = (key: string) => ({ to: { component: 'auction', key } })
const because = (verdicts: readonly { type: string; because?: string }[]) => verdicts.map((v) => v.because ?? v.type)

test('takes all others when one member of a group fails', () => {
  const store = openBreakable()
  store.breakKey('bad')
  const verdicts = store.decide({ ...at('a') }, { ...at('bad') }, { ...at('b') })
  assert.deepEqual(because(verdicts), ['committed', 'failed', 'committed'])
  assert.match(verdicts[1]?.type === 'refused' ? verdicts[1].message : '', /^STORE_FAILED: .*broken/)
  assert.deepEqual(
    verdicts.map((v) => v.type === 'committed' && v.commit),
    [1, false, 2],
  )
  assert.equal(store.load({ component: 'auction', key: 'bad' }), null)
  assert.equal(store.call('statistics', null).entities['auction'], 2)
})

test('lets what rested on a failed member fail with it', () => {
  const store = openBreakable()
  store.breakKey('bad')
  const verdicts = store.decide(
    { ...at('bad') },
    { ...at('bad'), base: 1 },
    { ...at('good') },
    { ...at('good'), base: 1 },
  )
  assert.deepEqual(because(verdicts), ['failed', 'base', 'committed', 'committed'])
  store.db.exec('drop trigger t')
  assert.deepEqual(because(store.decide({ ...at('bad') })), ['base'])
  assert.deepEqual(because(store.decide({ ...at('bad'), lease: 2 })), ['committed'])
})

test('says that the disk is full, keeps what it had, and goes on when there is room', () => {
  const store = openBreakable()
  store.commit()
  store.room(2)
  const large = { ...at('large'), change: JSON.stringify('x'.repeat(100_000)) }
  const verdicts = store.decide(large, { ...at('small') })
  assert.deepEqual(because(verdicts), ['failed', 'committed'])
  assert.match(verdicts[0]?.type === 'refused' ? verdicts[0].message : '', /^STORE_FULL: /)
  assert.equal(store.load(A)?.revision, 1)
  store.room(1_000)
  assert.deepEqual(because(store.decide({ ...large, lease: 2 })), ['committed'])
})

test('takes nothing of a commit whose effects fail', () => {
  const store = openBreakable()
  store.db.exec("create trigger t before insert on outbox begin select raise(abort, 'broken'); end")
  const sends = [{ to: B, message: 'hold', input: null, continuation: null }]
  const timers = [{ type: 'set', name: 'x', dueMs: 1, message: 'm', input: null } as const]
  assert.deepEqual(because(store.decide({ sends, timers })), ['failed'])
  assert.equal(store.load(A), null)
  const { commit, outbox, timers: count, entities } = store.call('statistics', null)
  assert.deepEqual(
    { commit, outbox, count, entities: entities['auction'] },
    { commit: 0, outbox: 0, count: 0, entities: 0 },
  )
})

test('answers a batch in the order it was asked, and a load sees what came before it', () => {
  const { engine } = openTester()
  const load = { type: 'load', id: 1, ...A } as const
  const replies = engine.applyBatch([
    { port: 3, item: load },
    { port: 3, item: { type: 'commit', commit: commitOf({ turn: 8 }) } },
    { port: 3, item: { ...load, id: 2 } },
    { port: 0, item: { type: 'call', id: 3, name: 'get', take: A } },
    {
      port: 3,
      item: { type: 'list', id: 4, component: 'auction', page: { limit: 9, prefix: null, after: null, where: [] } },
    },
  ])
  const shape = ({ port, reply }: StoreReply) => [
    port,
    reply.type,
    reply.type === 'loaded' ? (reply.record?.revision ?? 0) : 0,
  ]
  assert.deepEqual(replies.map(shape), [
    [3, 'loaded', 0],
    [0, 'verdict', 0],
    [3, 'loaded', 1],
    [0, 'result', 0],
    [3, 'listed', 0],
  ])
})

test('answers the other calls of a batch when one of them fails', () => {
  const { engine } = openTester()
  const replies = engine.applyBatch([
    { port: 0, item: { type: 'call', id: 1, name: 'openEpoch', take: { component: 'auction' } } },
    { port: 0, item: { type: 'call', id: 2, name: 'awaitIdempotent', take: { to: A, key: 'k', request: 1 } } },
    { port: 0, item: { type: 'call', id: 3, name: 'openEpoch', take: { component: 'auction' } } },
  ])
  assert.deepEqual(
    replies.map(({ reply }) => (reply.type === 'result' ? reply.value : reply.type === 'failed' && reply.code)),
    [{ epoch: 2 }, 'WAIT_ENDED', { epoch: 3 }],
  )
})

test('takes back an epoch that a failed batch had opened before it does the batch again', () => {
  const { engine } = openTester()
  const replies = engine.applyBatch([
    { port: 3, item: { type: 'commit', commit: commitOf() } },
    { port: 0, item: { type: 'call', id: 1, name: 'openEpoch', take: { component: 'auction' } } },
    { port: 0, item: { type: 'call', id: 2, name: 'awaitIdempotent', take: { to: A, key: 'k', request: 1 } } },
  ])
  const first = replies[0]?.reply
  assert.equal(first?.type === 'verdict' && first.verdict.type, 'committed')
})

test('measures commits, and counts what there is', () => {
  let nowMs = 0
  const db = new Database(':memory:')
  createLayout(db, { store: 's', path: ':memory:' })
  const engine = new StoreEngine({ db, path: ':memory:', limits: STORE_LIMITS, monotonicMs: () => (nowMs += 3) })
  const store = tester(engine)
  store.open()
  store.commit({ outcome: { type: 'deferred', token: 't' }, waitUntilMs: 9 })
  const { commitMs, entities, waits, walBytes } = store.call('statistics', null)
  assert.deepEqual(commitMs, { last: 3, worst: 3 })
  assert.deepEqual({ entities, waits, walBytes }, { entities: { auction: 1, ledger: 0 }, waits: 1, walBytes: 0 })
})

test('writes the log back when it has grown past its bound', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'state.db')
  const walBytesMax = 256 * 1024
  const store = openOnDisk({ path, walBytesMax })
  let longest = 0
  let n = 0
  const put = () => store.commit({ ...at(`${n++}`), change: JSON.stringify('x'.repeat(40_000)) })
  while (n < 60) {
    put()
    longest = Math.max(longest, store.call('statistics', null).walBytes)
  }
  assert.ok(longest < 2 * walBytesMax, `${longest} bytes`)
  // Cut back with the next commit after a write-back; a file that stayed long would be written back at every commit.
  while (store.call('statistics', null).walBytes <= walBytesMax) put()
  put()
  assert.equal(store.call('statistics', null).walBytes, walBytesMax)
  store.engine.close()
})

test('a commit stands though the log cannot be written back after it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  try {
    const path = join(folder, 'state.db')
    const db = new Database(path)
    db.exec('pragma journal_mode = wal')
    createLayout(db, { store: 's', path })
    const get = db.get.bind(db)
    db.get = (sql, ...values) => {
      if (sql.startsWith('pragma wal_checkpoint')) throw new Error('database or disk is full')
      return get(sql, ...values)
    }
    const limits = { ...STORE_LIMITS, walBytesMax: 0 }
    const store = tester(new StoreEngine({ db, path, limits, monotonicMs: () => 0 }))
    store.open()
    assert.deepEqual(because(store.decide({ ...at('a') }, { ...at('b') })), ['committed', 'committed'])
    assert.equal(store.load({ component: 'auction', key: 'a' })?.revision, 1)
    db.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function openOnDisk({ path, walBytesMax }: { path: string; walBytesMax: number }) {
  const engine = openTestStore({ path, limits: { walBytesMax } })
  const store = tester(engine)
  store.open()
  return { ...store, engine }
}
