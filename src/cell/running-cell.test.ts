import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { realClock } from '../base/clock.testing.ts'
import { type Clock, codeOf } from '../base/index.ts'
import { delivery, probeScript, testCell, testStore } from './cell.testing.ts'

const isCode = (code: string) => (error: unknown) => codeOf(error) === code

test('a cell that loads is ready, and stops when asked', async () => {
  const { cell } = testCell({ script: probeScript({}) })
  await cell.ready
  assert.ok(((await cell.heapBytes()) ?? 0) > 0)
  const end = await cell.stop({ graceMs: 5_000 })
  assert.deepEqual([end.reason, end.suspectTurn], ['stopped', null])
  assert.equal(await cell.heapBytes(), null)
  await assert.rejects(cell.heapSnapshot(), isCode('CELL_ENDED'))
})

test('asking for the heap again and again leaves no timer behind', async () => {
  let pending = 0
  const clock: Clock = {
    ...realClock,
    after(delayMs, then) {
      pending += 1
      let open = true
      const close = () => {
        if (open) pending -= 1
        open = false
      }
      const timer = realClock.after(delayMs, () => {
        close()
        then()
      })
      return {
        cancel: () => {
          close()
          timer.cancel()
        },
      }
    },
  }
  const { cell } = testCell({ script: probeScript({}), clock })
  await cell.ready
  await cell.heapBytes()
  const before = pending
  for (let asked = 0; asked < 10; asked++) await cell.heapBytes()
  const after = pending
  await cell.kill()
  assert.ok(after <= before, `${after - before} timers more`)
})

test('a script that throws while it loads is a failed load, with its reason', async () => {
  const { cell } = testCell({ script: probeScript({ top: "throw new Error('no luck')" }) })
  await assert.rejects(
    cell.ready,
    (error: Error) => codeOf(error) === 'CELL_LOAD_FAILED' && /no luck/.test(error.message),
  )
  assert.equal((await cell.ended).reason, 'crashed')
})

test('a script that is no component of the release is a failed load', async () => {
  for (const script of ['7', '() => ({})', "() => ({ default: { kind: 'route' } })", 'syntax error']) {
    const { cell } = testCell({ script })
    await assert.rejects(cell.ready, isCode('CELL_LOAD_FAILED'))
    await cell.ended
  }
})

test('a script that loads for ever runs into the limit of the start', async () => {
  const { cell } = testCell({ script: probeScript({ top: 'for (;;);' }), limits: { startMs: 400 } })
  await assert.rejects(cell.ready, isCode('CELL_START_TIMEOUT'))
  assert.equal((await cell.ended).reason, 'held')
})

test('bytes that the release does not name are not run', () => {
  const flipped = { path: 'probe.js', digest: '00', bytes: 1 }
  assert.throws(
    () => testCell({ script: probeScript({}), corrupt: (image) => ({ ...image, script: flipped }) }),
    isCode('CELL_CORRUPT'),
  )
  assert.throws(
    () => testCell({ script: probeScript({}), corrupt: (image) => ({ ...image, validators: null }) }),
    isCode('CELL_CORRUPT'),
  )
})

/** Runs turn 7 with this body until the cell ends. */
async function endOf(run: string, limits = {}) {
  const store = testStore()
  const { cell, items } = testCell({ script: probeScript({ run }), storePort: store.port, limits })
  await cell.ready
  cell.send(delivery(7))
  const end = await cell.ended
  store.close()
  return { end, items }
}

test('a handler that never returns is held, and its turn the suspect', async () => {
  const { end } = await endOf('for (;;);', { holdMs: 300 })
  assert.deepEqual([end.reason, end.suspectTurn], ['held', 7])
})

test('a handler that never returns after an await is held, and its turn the suspect', async () => {
  const { end } = await endOf(
    "await turn.list({ name: 'probe', definition: { messages: {} } }, { limit: 1 }); for (;;);",
    { holdMs: 300 },
  )
  assert.deepEqual([end.reason, end.suspectTurn], ['held', 7])
})

test('a handler that takes all memory ends its own cell, and is the suspect', async () => {
  const { end } = await endOf('const all = []; for (;;) all.push(new Array(1e5).fill(all.length))', { heapMiB: 48 })
  assert.deepEqual([end.reason, end.suspectTurn], ['out-of-memory', 7])
})

test('a cell that is idle, or waits for an answer, is not held', async () => {
  const store = testStore()
  const script = probeScript({
    run: "await turn.ask({ name: 'x', definition: { messages: { y: { read: true } } } }, 'k').y(); return 1",
  })
  const { cell, find } = testCell({ script, storePort: store.port, limits: { holdMs: 150 } })
  await cell.ready
  await new Promise((resolve) => setTimeout(resolve, 500))
  cell.send(delivery(7))
  await find('ask')
  await new Promise((resolve) => setTimeout(resolve, 500))
  cell.send({
    type: 'result',
    turn: 7,
    call: 0,
    result: { type: 'settled', outcome: { type: 'replied', output: null } },
  })
  assert.equal((await find('answered')).turn, 7)
  assert.equal((await cell.kill()).reason, 'killed')
  store.close()
})

test('items that came before anyone listened are handed over', async () => {
  const { cell, find } = testCell({ script: probeScript({ top: "console.log('loading', { a: 1 })" }) })
  await cell.ready
  assert.equal((await find('log')).message, 'loading { a: 1 }')
  assert.equal((await cell.kill()).reason, 'killed')
})

test('a promise that nobody waits for ends nothing and is told', async () => {
  const { cell, find } = testCell({ script: probeScript({ top: "Promise.reject(new Error('lost'))" }) })
  await cell.ready
  assert.match((await find('log')).message, /nobody waited for it.*lost/s)
  await cell.kill()
})

test('a profile of a cell can be taken', async (t) => {
  const { cell } = testCell({ script: probeScript({}) })
  await cell.ready
  if (typeof Reflect.get(Worker.prototype, 'startCpuProfile') !== 'function')
    t.diagnostic('this Node has no profiles of workers')
  else assert.ok(JSON.parse(await cell.cpuProfile({ durationMs: 20 })).nodes.length > 0)
  let bytes = 0
  for await (const chunk of await cell.heapSnapshot()) bytes += chunk.length
  assert.ok(bytes > 10_000)
  await cell.kill()
})
