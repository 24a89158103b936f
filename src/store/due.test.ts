import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxRow, TimerRow } from '../turn/index.ts'
import { A, B, openTester } from './store.testing.ts'

const NOW = { nowMs: 1_000, afterRow: 0, limit: 100 }
const timer = (dueMs: number, name = 'close') => ({ type: 'set', name, dueMs, message: 'close', input: null }) as const
const send = {
  to: B,
  message: 'hold',
  input: '{}',
  continuation: { then: 'held', otherwise: 'refused', with: '{"n":1}' },
}
const first = <T>(list: readonly T[]): T => {
  const item = list[0]
  assert.ok(item)
  return item
}
const firedBy = ({ name, row }: TimerRow) => ({ cause: { type: 'timer', name, row } }) as const

test('gives a timer when it is due, until a turn consumes it', () => {
  const store = openTester()
  store.commit({ timers: [timer(2_000)] })
  assert.deepEqual(store.call('due', NOW), { outbox: [], timers: [], answers: [], nextMs: 2_000 })
  const due = store.call('due', { ...NOW, nowMs: 2_000 })
  assert.deepEqual(due.timers, [{ row: 1, to: A, name: 'close', dueMs: 2_000, message: 'close', input: null }])
  assert.deepEqual(store.call('due', { ...NOW, nowMs: 2_000 }).timers, due.timers)
  store.commit({ base: 1, ...firedBy(first(due.timers)) })
  assert.deepEqual(store.call('due', { ...NOW, nowMs: 2_000 }).timers, [])
})

test('lets a turn set the very timer that started it', () => {
  const store = openTester()
  store.commit({ timers: [timer(2_000)] })
  const fired = first(store.call('due', { ...NOW, nowMs: 2_000 }).timers)
  store.commit({ base: 1, ...firedBy(fired), timers: [timer(3_000)] })
  assert.equal(first(store.call('due', { ...NOW, nowMs: 3_000 }).timers).row, 2)
  assert.equal(store.refuse({ base: 2, ...firedBy(fired) }).because, 'consumed')
})

test('refuses the turn of a timer that was replaced or cancelled meanwhile', () => {
  const store = openTester()
  store.commit({ timers: [timer(2_000)] })
  const fired = first(store.call('due', { ...NOW, nowMs: 2_000 }).timers)
  store.commit({ base: 1, timers: [timer(5_000)] })
  assert.equal(store.refuse({ base: 2, ...firedBy(fired) }).because, 'consumed')
  store.commit({ base: 2, lease: 2, timers: [{ type: 'cancel', name: 'close' }] })
  assert.equal(store.call('statistics', null).timers, 0)
})

test('gives the earliest timers first, and says when a page was full', () => {
  const store = openTester()
  store.commit({ timers: [timer(900, 'b'), timer(800, 'a'), timer(1_500, 'c')] })
  const page = store.call('due', { ...NOW, limit: 1 })
  assert.deepEqual(
    page.timers.map(({ name }) => name),
    ['a'],
  )
  assert.equal(page.nextMs, NOW.nowMs)
  assert.equal(store.call('due', NOW).nextMs, 1_500)
})

test('gives outbox rows after a row, page by page, and those that must wait as well', () => {
  const store = openTester()
  store.commit({ sends: [send, send, send] })
  store.call('postpone', { row: 2, attempts: 4, notBeforeMs: 9_000 })
  const page = store.call('due', { ...NOW, limit: 2 })
  assert.deepEqual(
    page.outbox.map(({ row, attempts, notBeforeMs }) => [row, attempts, notBeforeMs]),
    [
      [1, 0, 0],
      [2, 4, 9_000],
    ],
  )
  assert.equal(page.nextMs, NOW.nowMs)
  const rest = store.call('due', { ...NOW, afterRow: 2, limit: 2 })
  assert.deepEqual(
    rest.outbox.map(({ row }) => row),
    [3],
  )
  assert.equal(rest.nextMs, null)
})

const nightly = { name: 'nightly', everyMs: 1_000, to: B, message: 'sum', input: null }

test('fires a schedule once for all the times that passed, and goes on in its rhythm', () => {
  const store = openTester()
  store.call('schedules', { nowMs: 1_000, schedules: [nightly] })
  assert.equal(store.call('due', NOW).nextMs, 2_000)
  const { outbox, nextMs } = store.call('due', { ...NOW, nowMs: 5_300 })
  assert.deepEqual(
    outbox.map(({ message, caller, sender }) => [message, caller.identity, sender]),
    [['sum', 'schedule:nightly', null]],
  )
  assert.equal(nextMs, 6_000)
})

test('keeps the next time of a schedule that is declared again, and drops what is not named', () => {
  const store = openTester()
  store.call('schedules', { nowMs: 1_000, schedules: [nightly, { ...nightly, name: 'other' }] })
  store.call('schedules', { nowMs: 1_700, schedules: [nightly] })
  assert.equal(store.call('due', { ...NOW, nowMs: 1_700 }).nextMs, 2_000)
  store.call('schedules', { nowMs: 1_700, schedules: [{ ...nightly, everyMs: 100 }] })
  assert.equal(store.call('due', { ...NOW, nowMs: 1_700 }).nextMs, 1_800)
  store.call('schedules', { nowMs: 1_700, schedules: [] })
  assert.equal(store.call('due', { ...NOW, nowMs: 9_000 }).nextMs, null)
})

test('does not sleep through a clock that is set back', () => {
  const store = openTester()
  store.call('schedules', { nowMs: 1_000_000, schedules: [nightly] })
  assert.equal(store.call('due', { ...NOW, nowMs: 5_000 }).nextMs, 6_000)
})

const burial = { code: 'HANDLER_FAILED', reason: 'it threw', attempts: 8, nowMs: 3_000 }

test('buries a message, tells its sender UNDELIVERED, and delivers it again without telling twice', () => {
  const store = openTester()
  const sent = first(store.commit({ sends: [send] }).outbox)
  const { outbox } = store.call('bury', { cause: 'message', row: sent.row, ...burial })
  assert.deepEqual(
    outbox.map(({ to, message, fate, input }) => [to, message, fate, input]),
    [[A, 'refused', 'rejection', '{"n":1}']],
  )
  assert.deepEqual(JSON.parse(first(outbox).result ?? ''), { code: 'UNDELIVERED', data: {} })
  const letter = first(store.call('deadLetters', { after: 0, limit: 10 }))
  assert.deepEqual(letter, {
    id: letter.id,
    to: B,
    message: 'hold',
    input: '{}',
    code: 'HANDLER_FAILED',
    reason: 'it threw',
    attempts: 8,
    atMs: 3_000,
    cause: 'message',
    sender: A,
  })
  const again = store.call('retryDeadLetter', { id: letter.id, nowMs: 4_000 })
  assert.equal(again?.timer, false)
  const row: OutboxRow = first(again?.outbox ?? [])
  assert.deepEqual({ ...row, row: 0 }, { ...sent, row: 0, continuation: null })
  assert.notEqual(row.row, sent.row)
  assert.deepEqual(store.call('deadLetters', { after: 0, limit: 10 }), [])
  assert.equal(store.call('retryDeadLetter', { id: letter.id, nowMs: 4_000 }), null)
})

test('keeps `then` for a buried message whose sender was not told', () => {
  const store = openTester()
  const continuation = { then: 'held', otherwise: null, with: '{"n":1}' }
  const sent = first(store.commit({ sends: [{ ...send, continuation }] }).outbox)
  assert.deepEqual(store.call('bury', { cause: 'message', row: sent.row, ...burial }).outbox, [])
  const letter = first(store.call('deadLetters', { after: 0, limit: 10 }))
  assert.deepEqual(
    first(store.call('retryDeadLetter', { id: letter.id, nowMs: 1 })?.outbox ?? []).continuation,
    continuation,
  )
})

test('buries a timer, and lets it fire again beside a newer one of its name', () => {
  const store = openTester()
  store.commit({ timers: [timer(900)] })
  store.call('bury', { cause: 'timer', row: 1, ...burial })
  const letter = first(store.call('deadLetters', { after: 0, limit: 10 }))
  assert.equal(letter.cause, 'timer')
  store.commit({ base: 1, timers: [timer(950)] })
  assert.deepEqual(store.call('retryDeadLetter', { id: letter.id, nowMs: 990 }), { outbox: [], timer: true })
  assert.deepEqual(
    store.call('due', NOW).timers.map(({ name }) => name),
    ['close', `close (dead letter ${letter.id})`],
  )
})

test('discards a dead letter once', () => {
  const store = openTester()
  store.commit({ sends: [send] })
  store.call('bury', { cause: 'message', row: 1, ...burial })
  const letter = first(store.call('deadLetters', { after: 0, limit: 10 }))
  assert.equal(store.call('discardDeadLetter', { id: letter.id }), true)
  assert.equal(store.call('discardDeadLetter', { id: letter.id }), false)
  assert.equal(store.call('statistics', null).deadLetters, 0)
})

test('buries nothing more when there are too many dead letters, and loses nothing', () => {
  const store = openTester({ deadLettersMax: 1 })
  store.commit({ sends: [send, send] })
  store.call('bury', { cause: 'message', row: 1, ...burial })
  assert.throws(() => store.call('bury', { cause: 'message', row: 2, ...burial }), { code: 'DEAD_LETTERS_FULL' })
  assert.equal(
    store.call('scanOutbox', { after: 0, limit: 10 }).some(({ row }) => row === 2),
    true,
  )
  assert.deepEqual(store.call('bury', { cause: 'timer', row: 99, ...burial }).outbox, [], 'what is gone needs no room')
})

test('refuses a message on behalf of a receiver that is not there', () => {
  const store = openTester()
  const sent = first(store.commit({ sends: [send] }).outbox)
  const refusal = { row: sent.row, code: 'NOT_FOUND', message: 'no ann', nowMs: 1 }
  const { outbox } = store.call('refuse', refusal)
  assert.deepEqual(JSON.parse(first(outbox).result ?? ''), { code: 'NOT_FOUND', data: {} })
  assert.deepEqual(store.call('refuse', refusal).outbox, [])
  assert.deepEqual(store.call('deadLetters', { after: 0, limit: 10 }), [])
})

test('writes a generation only where something differs', () => {
  const store = openTester()
  const running = { release: 'r1', runtime: 'x', node: 'v26', nowMs: 1 }
  assert.deepEqual(store.call('activate', running), { generation: 1 })
  assert.deepEqual(store.call('activate', { ...running, nowMs: 2 }), { generation: 1 })
  assert.deepEqual(store.call('activate', { ...running, release: 'r2' }), { generation: 2 })
  assert.deepEqual(
    store.call('generations', null).map(({ release, atMs }) => [release, atMs]),
    [
      ['r1', 1],
      ['r2', 1],
    ],
  )
})
