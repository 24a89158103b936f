/** Every row is delivered, whether it came with a verdict or in a page, and memory is bounded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxRow } from '../turn/index.ts'
import { OutboxFeed } from './outbox-feed.ts'

const rows = (...numbers: number[]) => numbers.map((row) => ({ row }) as OutboxRow)
const numbers = (taken: readonly OutboxRow[]) => taken.map(({ row }) => row)

function caughtUp(rowsMax = 10): OutboxFeed {
  const feed = new OutboxFeed({ rowsMax })
  feed.ask()
  feed.page([])
  assert.ok(!feed.behind)
  return feed
}

test('leaves what verdicts tell to the pages until it has caught up', () => {
  const feed = new OutboxFeed({ rowsMax: 10 })
  assert.equal(feed.ask(), 0)
  assert.deepEqual(feed.written(rows(7)), [])
  assert.deepEqual(numbers(feed.page(rows(3, 5))), [3, 5])
  assert.equal(feed.ask(), 5)
  assert.deepEqual(feed.written(rows(8)), [], 'written after the question')
  assert.deepEqual(numbers(feed.page(rows(7))), [7])
  assert.ok(feed.behind, 'the page does not know of it')
  feed.ask()
  assert.deepEqual(numbers(feed.page(rows(8))), [8])
  assert.ok(!feed.behind)
  assert.deepEqual(numbers(feed.written(rows(9))), [9])
})

test('an empty page that was asked for before a row was left out does not know of it', () => {
  const feed = new OutboxFeed({ rowsMax: 10 })
  feed.ask()
  assert.deepEqual(feed.written(rows(8)), [])
  feed.page([])
  assert.ok(feed.behind)
})

test('catches up although a row is written during every question', () => {
  const feed = new OutboxFeed({ rowsMax: 10 })
  feed.ask()
  feed.written(rows(1))
  for (let row = 2; row < 5; row++) {
    feed.page(rows(row - 1))
    feed.done(row - 1)
    feed.ask()
    assert.deepEqual(numbers(feed.written(rows(row))), [row], 'delivered as it comes')
  }
})

test('holds no more than it may, and pages in the rest as it drains', () => {
  const feed = caughtUp(4)
  assert.deepEqual(numbers(feed.written(rows(1, 2, 3, 4, 5, 6))), [1, 2, 3, 4])
  assert.ok(feed.behind && !feed.wantsPage)
  assert.ok(feed.ask() > 1e9, 'no room: it asks for no rows')
  assert.deepEqual(feed.page([]), [])
  assert.ok(feed.behind)
  feed.done(1)
  feed.done(2)
  assert.ok(feed.wantsPage)
  assert.equal(feed.ask(), 4)
  assert.deepEqual(numbers(feed.page(rows(5, 6, 7))), [5, 6])
  assert.equal(feed.held, 4)
})

test('a row with a lower number, heard late and left out, is found by the next page', () => {
  const feed = caughtUp(2)
  assert.deepEqual(numbers(feed.written(rows(13, 14))), [13, 14])
  assert.deepEqual(feed.written(rows(12)), [])
  feed.done(13)
  assert.equal(feed.ask(), 11)
  assert.deepEqual(numbers(feed.page(rows(12, 14))), [12])
})

test('a page that was asked for before the cursor went back is asked for again', () => {
  const feed = caughtUp(2)
  feed.written(rows(13, 14, 15))
  feed.done(13)
  assert.equal(feed.ask(), 14)
  feed.written(rows(12))
  assert.deepEqual(feed.page(rows(15)), [])
  assert.equal(feed.ask(), 11)
  assert.deepEqual(numbers(feed.page(rows(12, 14, 15))), [12])
})

test('when it has caught up, a page brings what no verdict told of, once', () => {
  const feed = caughtUp()
  feed.ask()
  assert.deepEqual(numbers(feed.written(rows(2))), [2])
  assert.deepEqual(numbers(feed.page(rows(1, 2))), [1])
})
