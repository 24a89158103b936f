import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, counted, harmless, instant, span, table, urlOf } from './text.ts'

test('control characters of every kind are shown, not obeyed', () => {
  assert.equal(harmless('a\u001b[2Jb\u0000c\u009bd\u007fe'), 'a\\u001b[2Jb\\u0000c\\u009bd\\u007fe')
  assert.equal(harmless('one\ntwo\r\tthree'), 'one\\ntwo\\r\\tthree')
  assert.equal(harmless('one\ntwo\rthree', { lines: true }), 'one\ntwo\\rthree')
  assert.equal(harmless('abc\u202edef\u2066'), 'abc\\u202edef\\u2066')
  assert.equal(harmless('ключ ☃ 🎩'), 'ключ ☃ 🎩')
})

test('a table is as wide as its widest cells', () => {
  const rows = [
    ['a', '1'],
    ['long', '100'],
  ]
  assert.deepEqual(table({ head: ['name', 'n'], rows, right: ['n'] }), ['name    n', 'a       1', 'long  100'])
  assert.deepEqual(table({ head: ['name'], rows: [] }), ['name'])
})

test('amounts, sizes and spans read as a person says them', () => {
  assert.deepEqual([counted(1, 'page'), counted(2_000, 'entity', 'entities')], ['1 page', '2,000 entities'])
  assert.deepEqual([0, 1_023, 1_024, 12 * 1024 ** 2, 5 * 1024 ** 5].map(bytes), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '12 MiB',
    '5120 TiB',
  ])
  assert.deepEqual([-5, 999, 61_000, 3_600_000, 90_061_000].map(span), ['0 s', '0 s', '1 min 1 s', '1 h', '1 d 1 h'])
  assert.equal(instant(0), '1970-01-01 00:00:00Z')
  assert.equal(instant(1e300), '1e+300')
  assert.equal(urlOf({ host: '::1', port: 80 }), 'http://[::1]:80')
})
