/** Deadlines and pauses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'
import { Deadlines } from './deadlines.ts'
import { FakeClock } from './fake-world.testing.ts'

test('a deadline strikes once, not before its time, and not when it is cancelled', () => {
  const clock = new FakeClock()
  const deadlines = new Deadlines({ clock, suspended: false })
  const struck: string[] = []
  deadlines.add(1_000, () => struck.push('a'))
  const cancelled = deadlines.add(1_000, () => struck.push('b'))
  deadlines.add(500, () => {
    struck.push('c')
    deadlines.add(300, () => struck.push('d'))
  })
  cancelled.cancel()
  clock.moveOn(499)
  assert.deepEqual(struck, [])
  for (let moves = 0; moves < 4; moves++) clock.moveOn(10_000)
  assert.deepEqual(struck, ['c', 'd', 'a'])
  assert.equal(clock.nextMs(), null)
})

test('nothing strikes while somebody debugs, or after the end', () => {
  const clock = new FakeClock()
  const strike = () => assert.fail('it struck')
  new Deadlines({ clock, suspended: true }).add(1, strike)
  const deadlines = new Deadlines({ clock, suspended: false })
  deadlines.add(1, strike)
  deadlines.stop()
  clock.moveOn(10_000)
})

test('pauses double up to the longest', () => {
  const limits = { backoffFirstMs: 100, backoffMs: 10_000 }
  assert.deepEqual(
    [1, 2, 3, 7, 8, 100].map((faults) => backoffMs(faults, limits)),
    [100, 200, 400, 6_400, 10_000, 10_000],
  )
})
