import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from '../turn/index.ts'
import { afterPrefix, isAfter } from './key-range.ts'
import { openTester } from './store.testing.ts'

const ALL: Page = { limit: 100, prefix: null, after: null, where: [] }
type Value = string | number | boolean

function listing(records: Record<string, Record<string, Value>>) {
  const store = openTester()
  for (const [key, values] of Object.entries(records)) {
    const indexes = Object.entries(values).map(([name, value]) => ({ name, value }))
    store.commit({ to: { component: 'auction', key }, change: { type: 'put', state: '{}', indexes } })
  }
  return {
    ...store,
    list: (page: Partial<Page>) => store.call('list', { component: 'auction', page: { ...ALL, ...page } }),
  }
}

test('lists keys in order, by prefix, after a key, as many as asked for', () => {
  const { list } = listing({ b2: {}, a: {}, b1: {}, b: {}, c: {}, 'b%': {} })
  assert.deepEqual(list({}), ['a', 'b', 'b%', 'b1', 'b2', 'c'])
  assert.deepEqual(list({ prefix: 'b' }), ['b', 'b%', 'b1', 'b2'])
  assert.deepEqual(list({ prefix: 'b', after: 'b%' }), ['b1', 'b2'])
  assert.deepEqual(list({ prefix: 'b', after: 'a' }), ['b', 'b%', 'b1', 'b2'])
  assert.deepEqual(list({ prefix: 'b', after: 'c' }), [])
  assert.deepEqual(list({ after: 'b', limit: 2 }), ['b%', 'b1'])
})

test('finds by index, and by several at once', () => {
  const { list } = listing({
    a: { open: true, by: 'ann' },
    b: { open: true, by: 'bob' },
    c: { open: false, by: 'ann' },
  })
  assert.deepEqual(list({ where: [{ name: 'open', value: true }] }), ['a', 'b'])
  assert.deepEqual(
    list({
      where: [
        { name: 'open', value: true },
        { name: 'by', value: 'ann' },
      ],
    }),
    ['a'],
  )
  assert.deepEqual(list({ where: [{ name: 'open', value: true }], after: 'a', prefix: 'b' }), ['b'])
  assert.deepEqual(list({ where: [{ name: 'unknown', value: 1 }] }), [])
})

test('keeps a number, its text and a boolean apart', () => {
  const { list } = listing({ n: { v: 1 }, t: { v: '1' }, b: { v: true }, z: { v: 0.5 } })
  assert.deepEqual(list({ where: [{ name: 'v', value: 1 }] }), ['n'])
  assert.deepEqual(list({ where: [{ name: 'v', value: '1' }] }), ['t'])
  assert.deepEqual(list({ where: [{ name: 'v', value: true }] }), ['b'])
  assert.deepEqual(list({ where: [{ name: 'v', value: 0.5 }] }), ['z'])
})

test('moves a record from value to value, and out of an index that it left', () => {
  const { list, commit } = listing({ a: { phase: 'open', by: 'ann' } })
  const put = (base: number, indexes: { name: string; value: Value }[]) =>
    commit({ to: { component: 'auction', key: 'a' }, base, change: { type: 'put', state: '{}', indexes } })
  put(1, [
    { name: 'phase', value: 'closed' },
    { name: 'by', value: 'ann' },
  ])
  assert.deepEqual(list({ where: [{ name: 'phase', value: 'open' }] }), [])
  assert.deepEqual(list({ where: [{ name: 'phase', value: 'closed' }] }), ['a'])
  put(2, [])
  assert.deepEqual(list({ where: [{ name: 'by', value: 'ann' }] }), [])
})

test('scans records by key range', () => {
  const { call } = listing({ a: {}, b: {}, c: {} })
  const page = call('scan', { component: 'auction', after: 'a', limit: 1 })
  assert.deepEqual(page, [{ key: 'b', state: '{}', revision: 1, sequence: 0, version: 'v1' }])
})

test('ends a page early when its records are large, and the next one goes on', () => {
  const store = openTester()
  const state = JSON.stringify('x'.repeat(3 * 1024 * 1024))
  for (const key of ['a', 'b', 'c']) store.commit({ to: { component: 'auction', key }, change: state })
  const keys = (after: string | null) =>
    store.call('scan', { component: 'auction', after, limit: 10 }).map(({ key }) => key)
  assert.deepEqual(keys(null), ['a', 'b'])
  assert.deepEqual(keys('b'), ['c'])
  assert.deepEqual(keys('c'), [])
})

test('knows the first text after a prefix', () => {
  assert.equal(afterPrefix('ab'), 'ac')
  assert.equal(afterPrefix('\ud7ff'), '\ue000')
  assert.equal(afterPrefix('a\u{10ffff}'), 'b')
  assert.equal(afterPrefix('\u{10ffff}'), null)
  assert.equal(afterPrefix(''), null)
})

test('orders keys by code point, as the database does', () => {
  const keys = ['\uffee', '\u{1f600}', 'a', '\u{1f600}b', 'é']
  const { list } = listing(Object.fromEntries(keys.map((key) => [key, {}])))
  const sorted = [...keys].sort((a, b) => (a === b ? 0 : isAfter(a, b) ? 1 : -1))
  assert.deepEqual(list({}), sorted)
  assert.deepEqual(list({ prefix: '\u{1f600}' }), ['\u{1f600}', '\u{1f600}b'])
  assert.deepEqual(list({ prefix: '\uffee', after: '\uffee' }), [])
})
