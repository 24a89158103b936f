import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Database } from './database.ts'
import { createLayout, LAYOUT, LAYOUT_VERSION, layoutOf } from './layout.ts'

/**
 * Guards the layout of stores that lie on disks: whoever changes it raises `LAYOUT_VERSION`, brings the way from the
 * layout before, and adds a line here. No line is ever changed.
 */
const LAYOUTS = new Map([[1, '9e56881bef53f50233ccfb6ff109ec0a4daf05c5b781276d03f0320a138e6e6e']])

test('has the layout of its version', () => {
  const digest = createHash('sha256').update(LAYOUT).digest('hex')
  assert.equal(LAYOUTS.get(LAYOUT_VERSION), digest)
})

test('tells the layout back as it was written', () => {
  const db = new Database(':memory:')
  createLayout(db, { store: 's', path: ':memory:' })
  const statements = LAYOUT.trim()
    .split(/;\n?/)
    .filter((sql) => sql.trim() !== '')
    .map((sql) => sql.trim().toLowerCase())
  assert.deepEqual(
    layoutOf(db)
      .map((sql) => sql.toLowerCase())
      .sort(),
    statements.sort(),
  )
})
