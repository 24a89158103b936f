import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineReader } from './lines.ts'

function read(chunks: readonly (string | Uint8Array)[], bytesMax = 8): string[] {
  const seen: string[] = []
  const reader = lineReader({ bytesMax, line: (text) => seen.push(text), tooLong: () => seen.push('(too long)') })
  for (const chunk of chunks) reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return seen
}

test('lines come whole, however they were cut', () => {
  assert.deepEqual(read(['one\ntw', 'o', '\nthree\n\nfo']), ['one', 'two', 'three', ''])
})

test('a character that was cut in two stays whole', () => {
  const bytes = Buffer.from('a€b\n')
  assert.deepEqual(read([bytes.subarray(0, 2), bytes.subarray(2, 3), bytes.subarray(3)]), ['a€b'])
})

test('a line beyond the bound is told once and skipped, and the next one is read', () => {
  assert.deepEqual(read(['123456789', 'more', 'and more\nnext\n']), ['(too long)', 'next'])
  assert.deepEqual(read(['12345678\n123456789\nnext\n']), ['12345678', '(too long)', 'next'])
})
