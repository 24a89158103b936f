import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, nearest } from './index.ts'

test('a typo finds the name that was meant', () => {
  assert.equal(nearest('auktion', ['ledger', 'auction']), 'auction')
  assert.equal(nearest('hodl', ['hold', 'release']), 'hold')
})

test('a name that is near to none suggests none, and lists what is known', () => {
  assert.equal(nearest('xyzzy', ['ledger', 'auction']), undefined)
  assert.equal(didYouMean('xyzzy', ['ledger', 'auction']), ' Known: ledger, auction.')
  assert.equal(didYouMean('xyzzy', []), '')
})

test('a long list of names is cut, and says how many are left out', () => {
  const names = Array.from({ length: 14 }, (_, i) => `component-${i}`)
  assert.equal(didYouMean('x', names.slice(0, 12)), ` Known: ${names.slice(0, 12).join(', ')}.`)
  assert.equal(didYouMean('x', names), ` Known: ${names.slice(0, 12).join(', ')}, and 2 more.`)
})
