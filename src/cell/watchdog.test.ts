import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.testing.ts'
import { suspectTurn, WATCH_BEAT, WATCH_TURN, watchdog, watchMemory } from './watchdog.ts'

function guarded() {
  const clock = manualClock()
  const { advance, pending } = clock
  const memory = watchMemory()
  const slots = new Float64Array(memory)
  const thread = { idleMs: 5 as number | undefined, held: 0 }
  const guard = watchdog(memory, { clock, idleMs: () => thread.idleMs, held: () => thread.held++ }, 1_000)
  return { memory, slots, thread, advance, pending, guard }
}

test('a thread that neither idles nor beats over the limit is held, once', () => {
  const { memory, slots, thread, advance, pending } = guarded()
  slots[WATCH_TURN] = 2 ** 40
  advance(1_000)
  assert.equal(thread.held, 0)
  advance(2_000)
  assert.equal(thread.held, 1)
  assert.equal(pending(), 0)
  assert.equal(suspectTurn(memory), 2 ** 40)
})

test('a beat, another turn, or a moment of idleness is a sign of life', () => {
  for (const live of [
    ({ slots }: ReturnType<typeof guarded>) => (slots[WATCH_BEAT] = (slots[WATCH_BEAT] ?? 0) + 1),
    ({ slots }: ReturnType<typeof guarded>) => (slots[WATCH_TURN] = (slots[WATCH_TURN] ?? 0) + 1),
    ({ thread }: ReturnType<typeof guarded>) => (thread.idleMs = (thread.idleMs ?? 0) + 1),
  ]) {
    const given = guarded()
    for (let i = 0; i < 10; i++) {
      given.advance(900)
      live(given)
    }
    assert.equal(given.thread.held, 0)
  }
})

test('a thread whose loop has not begun is not held', () => {
  const { thread, advance } = guarded()
  thread.idleMs = undefined
  advance(10_000)
  assert.equal(thread.held, 0)
})

test('a stopped watchdog looks no more', () => {
  const { guard, thread, advance, pending } = guarded()
  guard.stop()
  advance(10_000)
  assert.deepEqual([thread.held, pending()], [0, 0])
})

test('no turn is suspected where none holds the thread', () => {
  assert.equal(suspectTurn(watchMemory()), null)
})

test('a host that is starved itself, and looks late, does not count the time that it did not look', () => {
  let nowMs = 0
  let look = () => {}
  let held = 0
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (_delayMs: number, then: () => void) => {
      look = then
      return { cancel() {} }
    },
  }
  watchdog(watchMemory(), { clock, idleMs: () => 5, held: () => held++ }, 1_000)
  for (let late = 0; late < 7; late++) {
    nowMs += 900
    look()
  }
  assert.equal(held, 0)
  nowMs += 900
  look()
  assert.equal(held, 1)
})
