import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batcher } from './index.ts'

test('items of one tick leave as one array, in order', () => {
  const posted: number[][] = []
  const scheduled: (() => void)[] = []
  const items = batcher<number>({ schedule: (flush) => scheduled.push(flush), post: (batch) => posted.push(batch) })
  items.push(1)
  items.push(2)
  assert.deepEqual(posted, [])
  assert.equal(scheduled.length, 1)
  scheduled.shift()?.()
  items.push(3)
  scheduled.shift()?.()
  assert.deepEqual(posted, [[1, 2], [3]])
})

test('a flush before its time leaves nothing to the scheduled one', () => {
  const posted: number[][] = []
  const scheduled: (() => void)[] = []
  const items = batcher<number>({ schedule: (flush) => scheduled.push(flush), post: (batch) => posted.push(batch) })
  items.push(1)
  items.flush()
  scheduled.shift()?.()
  assert.deepEqual(posted, [[1]])
})

test('items that can wait go with the next batch, in order, and bring none about until many wait', () => {
  const posted: number[][] = []
  const scheduled: (() => void)[] = []
  const items = batcher<number>({ schedule: (flush) => scheduled.push(flush), post: (batch) => posted.push(batch) })
  items.later(1)
  assert.equal(scheduled.length, 0)
  items.push(2)
  items.later(3)
  scheduled.shift()?.()
  assert.deepEqual(posted, [[1, 2, 3]])
  for (let item = 0; item < 64; item++) items.later(item)
  assert.equal(scheduled.length, 1)
  scheduled.shift()?.()
  assert.equal(posted[1]?.length, 64)
})
