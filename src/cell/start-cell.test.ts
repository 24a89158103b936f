import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../base/index.ts'
import { probeScript, testCell } from './test-cell.ts'

test('a cell that loads is ready, and stops when asked', async () => {
  const { cell } = testCell({ script: probeScript({}) })
  await cell.ready
  assert.ok(((await cell.heapBytes()) ?? 0) > 0)
  const end = await cell.stop({ graceMs: 5_000 })
  assert.equal(end.reason, 'stopped')
  assert.equal(end.suspectTurn, null)
})

test('a script that throws while it loads is a failed load, with its reason', async () => {
  const { cell } = testCell({ script: probeScript({ top: "throw new Error('no luck')" }) })
  await assert.rejects(
    cell.ready,
    (error: Error) => codeOf(error) === 'CELL_LOAD_FAILED' && /no luck/.test(error.message),
  )
  assert.equal((await cell.ended).reason, 'crashed')
})
