/** Every rule on arrows between rooms can fail: a small house that breaks each kind of them once. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '../..')

/** What `scripts/arrows.ts` says about a house of these files, without the count at the end. */
function broken(t: TestContext, files: Readonly<Record<string, string>>): { status: number | null; arrows: string[] } {
  const house = mkdtempSync(join(tmpdir(), 'selfsame-house-'))
  t.after(() => rmSync(house, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, 'src', file)), { recursive: true })
    writeFileSync(join(house, 'src', file), text)
  }
  writeFileSync(join(house, 'package.json'), '{"type":"module","dependencies":{"esbuild":"*","typescript":"*"}}')
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/arrows.ts'), house], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  const arrows = stdout.trim().split('\n').slice(0, -1)
  return { status, arrows: arrows.map((arrow) => arrow.replace(/-> .*node_modules/, '-> node_modules')).sort() }
}

const DOORS = Object.fromEntries(
  ['base', 'turn', 'component', 'store', 'cell', 'router', 'gateway', 'host', 'cli', 'testkit'].map((room) => [
    `${room}/index.ts`,
    'export const door = 1',
  ]),
)

test('a house whose arrows point down, through doors, has no broken arrow', (t) => {
  const { status, arrows } = broken(t, {
    ...DOORS,
    'host/start.ts': `import { door } from '../store/index.ts'\nimport type { Code } from '../component/codified.ts'`,
    'component/codified.ts': 'export type Code = string',
    'store/thread.ts': `import { door } from '../base/index.ts'\nimport { DatabaseSync } from 'node:sqlite'`,
    'testkit/boot.ts': `import { engine } from '../cell/guest/engine/index.ts'`,
    'cell/guest/engine/index.ts': 'export const engine = 1',
    'base/json.test.ts': `import { test } from 'node:test'`,
    'router/time.test.ts': `import { clock } from '../base/clock.testing.ts'`,
    'base/clock.testing.ts': 'export const clock = 1',
    'router/whole.test.ts': `import { door } from '../store/index.ts'`,
  })
  assert.deepEqual(arrows, [])
  assert.equal(status, 0)
})

test('each kind of broken arrow is found, in values, types, re-exports and dynamic imports', (t) => {
  const { status, arrows } = broken(t, {
    ...DOORS,
    'index.ts': `import { hostname } from 'node:os'`,
    'base/up.ts': `import { door } from '../host/index.ts'`,
    'turn/up.ts': `import type { door } from '../store/index.ts'`,
    'host/up.ts': `export const later = () => import('../cli/index.ts')`,
    'store/beside.ts': `export { door } from '../cell/index.ts'`,
    'router/beside.ts': `import type { door } from '../gateway/index.ts'`,
    'store/inner.ts': 'export const inner = 1',
    'host/past.ts': `import type { inner } from '../store/inner.ts'`,
    'cell/guest/engine/calls.ts': 'export const calls = 1',
    'testkit/past.ts': `import { calls } from '../cell/guest/engine/calls.ts'`,
    'host/engine.ts': `import { engine } from '../cell/guest/engine/index.ts'`,
    'cell/guest/engine/index.ts': 'export const engine = 1',
    'gateway/one.ts': `import './two.ts'`,
    'gateway/two.ts': `import type { one } from './one.ts'`,
    'component/power.ts': `import { readFileSync } from 'node:fs'`,
    'host/data.ts': `import { DatabaseSync } from 'node:sqlite'`,
    'host/bundle.ts': `import { build } from 'esbuild'`,
    'host/tries.ts': `import { clock } from '../base/clock.testing.ts'`,
    'base/clock.testing.ts': 'export const clock = 1',
    'host/reads.ts': `import { SyntaxKind } from 'typescript/unstable/ast'`,
  })
  assert.deepEqual(arrows, [
    'authors-and-browsers-get-no-node: src/index.ts -> os',
    'base-imports-no-higher-floor: src/base/up.ts -> src/host/index.ts',
    'cell-is-entered-by-its-door-or-its-engine-by-its-own: src/testkit/past.ts -> src/cell/guest/engine/calls.ts',
    'cell-is-entered-by-its-door: src/host/engine.ts -> src/cell/guest/engine/index.ts',
    'host-imports-no-higher-floor: src/host/up.ts -> src/cli/index.ts',
    'no-cycles: src/gateway/one.ts -> src/gateway/two.ts -> src/gateway/one.ts',
    'only-the-analysis-reads-typescript: src/host/reads.ts -> node_modules/typescript/dist/ast/index.js',
    'only-the-release-bundles: src/host/bundle.ts -> node_modules/esbuild/lib/main.js',
    'only-the-store-knows-sqlite: src/host/data.ts -> node:sqlite',
    'router-imports-no-sibling: src/router/beside.ts -> src/gateway/index.ts',
    'store-imports-no-sibling: src/store/beside.ts -> src/cell/index.ts',
    'store-is-entered-by-its-door: src/host/past.ts -> src/store/inner.ts',
    'the-functional-core-has-no-powers: src/component/power.ts -> fs',
    'turn-imports-no-higher-floor: src/turn/up.ts -> src/store/index.ts',
    'what-is-shipped-uses-no-test: src/host/tries.ts -> src/base/clock.testing.ts',
  ])
  assert.equal(status, 1)
})
