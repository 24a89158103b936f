/** Nothing that becomes due goes unasked for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Due, Store } from '../turn/index.ts'
import { DueWatch } from './due-watch.ts'
import { FakeClock } from './fake-world.testing.ts'

const NOTHING: Due = { outbox: [], timers: [], answers: [], nextMs: null }

test('a check that comes as the last answer is taken asks once more', async () => {
  const asked: PromiseWithResolvers<Due>[] = []
  const call = () => {
    const question = Promise.withResolvers<Due>()
    asked.push(question)
    return question.promise
  }
  const watch = new DueWatch({
    clock: new FakeClock(),
    store: { call } as unknown as Store,
    pageRows: 10,
    log: () => {},
    timersHeld: () => 0,
    afterRow: () => 0,
    take: () => false,
    wantsPage: () => false,
  })
  const first = watch.check()
  // Two results that came from the store together: what was due, and a call after it that made something due.
  const retried = Promise.withResolvers<void>()
  const second = retried.promise.then(() => watch.check())
  asked[0]?.resolve(NOTHING)
  retried.resolve()
  await first
  assert.equal(asked.length, 2)
  asked[1]?.resolve(NOTHING)
  await second
  watch.stop()
})
