/** An Idempotency-Key makes a retry safe: over restarts, kills, and however many ask at a time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtTrouble, emptyFolder, serving, told } from './trouble.ts'

const trouble = await builtTrouble()
const keyed = (key: string) => ({ 'idempotency-key': key })

test('the same key is done once and answered alike, also after a restart', async (t) => {
  const data = await emptyFolder(trouble)
  const first = await serving(t, { ...trouble, data })
  const answers = await Promise.all(Array.from({ length: 10 }, () => first.post('box/a/nap', { ms: 50 }, keyed('one'))))
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, { count: 1 }])
  assert.equal(told(await first.post('box/a/nap', { ms: 51 }, keyed('one'))), '422 IDEMPOTENCY_KEY_REUSED')
  assert.equal(told(await first.post('box/a/add', undefined, keyed('one'))), '422 IDEMPOTENCY_KEY_REUSED')
  assert.deepEqual((await first.post('box/b/nap', { ms: 0 }, keyed('one'))).body, { count: 1 }, 'keys are per entity')
  await first.host.stop()

  const second = await serving(t, { ...trouble, data })
  assert.deepEqual((await second.post('box/a/nap', { ms: 50 }, keyed('one'))).body, { count: 1 })
  assert.equal(told(await second.post('box/a/nap', { ms: 51 }, keyed('one'))), '422 IDEMPOTENCY_KEY_REUSED')
  assert.deepEqual((await second.post('box/a/nap', { ms: 50 }, keyed('two'))).body, { count: 2 })
  assert.equal(((await second.get('box/a/look')).body as { count: number }).count, 2)
})

test('a refusal is kept under its key too, and a deferred answer that never comes', async (t) => {
  const { post } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  const late = await Promise.all([1, 2].map(() => post('box/a/wait', { deadline: 100 }, keyed('w'))))
  assert.deepEqual(late.map(told), ['504 OUTCOME_UNKNOWN', '504 OUTCOME_UNKNOWN'])
  assert.equal(told(await post('box/a/wait', { deadline: 100 }, keyed('w'))), '504 OUTCOME_UNKNOWN')
  // What failed was not done, so its key is free: the retry runs.
  assert.equal(told(await post('wild/nobody/touch', undefined, keyed('t'))), '404 NOT_FOUND')
  await post('wild/nobody/start')
  assert.deepEqual((await post('wild/nobody/touch', undefined, keyed('t'))).body, { touched: 1 })
  assert.equal(told(await post('wild/nobody/fail', undefined, keyed('f'))), '500 HANDLER_FAILED')
  assert.equal(told(await post('wild/nobody/fail', undefined, keyed('f'))), '500 HANDLER_FAILED')
})
