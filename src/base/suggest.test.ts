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
