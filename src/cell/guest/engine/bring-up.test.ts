import assert from 'node:assert/strict'
import { test } from 'node:test'
import { box, boxOf } from './fake-box.testing.ts'
import { cellOf } from './fake-cell.testing.ts'

const step = (up?: (old: never) => unknown) => ({
  kind: 'migration',
  because: 'test',
  steps: up ? { state: { up } } : {},
})
const versions = ['v0', 'v1', 'v2', 'v3']
const rename = step(({ notes, ...old }: { notes: string }) => ({ ...old, note: notes }))
const onlyMessages = step()
const grow = step((old: { size: number }) => ({ ...old, size: old.size * 10 }))

// `component()` checks that migrations are made by `migration()`; what they hold is all that matters here.
const migrated = (migrations: readonly unknown[], handlers = {}) =>
  ({ ...box({ handlers }), migrations }) as ReturnType<typeof box>
const chain = [rename, onlyMessages, grow]
const oldest = { size: 3, items: ['a'], notes: 'old', waits: {} }

test('brings a record up from the version that it is written in', async () => {
  const cell = cellOf(migrated(chain), { versions })
  cell.keep(oldest, { version: 'v0' })
  cell.keep({ ...boxOf('a'), note: 'kept' }, { key: 'newer', version: 'v1' })
  cell.keep(boxOf('a'), { key: 'newest', version: 'v3' })
  for (const key of ['one', 'newer', 'newest']) cell.deliver('put', { key, input: { item: 'b' } })
  await cell.settle()
  assert.deepEqual(cell.state(), { ...boxOf('a', 'b'), size: 30, note: 'old' })
  assert.deepEqual(cell.state('newer'), { ...boxOf('a', 'b'), size: 30, note: 'kept' })
  assert.deepEqual(cell.state('newest'), boxOf('a', 'b'))
  assert.equal(cell.records.get('one')?.version, 'v3')
})

test('a read sees the record brought up', async () => {
  const cell = cellOf(migrated(chain), { versions })
  cell.keep(oldest, { version: 'v0' })
  const read = cell.read('peek')
  await cell.settle()
  assert.deepEqual(cell.about('answered', read)[0]?.outcome, { type: 'replied', output: '{"items":["a"]}' })
  assert.equal(cell.records.get('one')?.version, 'v0')
})

test('the first turn writes a record that was brought up, though it changed nothing', async () => {
  const cell = cellOf(migrated(chain), { versions })
  cell.keep(oldest, { version: 'v0' })
  const first = cell.deliver('poke')
  const second = cell.deliver('poke')
  await cell.settle()
  assert.equal(cell.commit(first)?.change.type, 'put')
  assert.equal(cell.records.get('one')?.version, 'v3')
  assert.equal(cell.about('answered', second).length, 1)
})

test('migrates within the turn that needs it, once', async () => {
  let ups = 0
  const counting = step((old: object) => {
    ups += 1
    assert.notEqual(cell.world(), undefined)
    return old
  })
  const cell = cellOf(migrated([counting]), { versions: ['v0', 'v1'] })
  cell.keep(boxOf(), { version: 'v0' })
  cell.read('peek')
  cell.deliver('put', { input: { item: 'a' } })
  cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  assert.equal(ups, 1)
})

test('refuses a record of a version that is not in the chain', async () => {
  const cell = cellOf(migrated(chain), { versions })
  cell.keep(boxOf(), { version: 'v9' })
  const turn = cell.deliver('put', { input: { item: 'a' } })
  const read = cell.read('peek')
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'VERSION_UNKNOWN')
  assert.equal(cell.fault(read)?.code, 'VERSION_UNKNOWN')
  assert.match(cell.fault(turn)?.message ?? '', /'one' is written in version v9/)
})

test('a migration that throws, or gives what the schema refuses, is a fault that names it', async () => {
  const throwing = step(() => {
    throw new Error('no such field')
  })
  const cell = cellOf(migrated([onlyMessages, throwing]), { versions: ['v0', 'v1', 'v2'] })
  cell.keep(boxOf(), { version: 'v0' })
  const turn = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'MIGRATION_FAILED')
  assert.match(cell.fault(turn)?.message ?? '', /by migration 2: no such field/)
  const wrong = cellOf(migrated([step((old: object) => ({ ...old, size: 'large' }))]), { versions: ['v0', 'v1'] })
  wrong.keep(boxOf(), { version: 'v0' })
  const invalid = wrong.deliver('put', { input: { item: 'a' } })
  await wrong.settle()
  assert.match(wrong.fault(invalid)?.message ?? '', /by migration 1: size/)
})
