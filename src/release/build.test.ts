import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { type BuildResult, buildRelease, openRelease } from './index.ts'
import { counter, type Files, link, project, systemOf, twoCounters, withZod, write } from './project.testing.ts'

type Built = Extract<BuildResult, { type: 'built' }>

async function built(dir: string, options: { typecheck?: boolean } = {}): Promise<Built> {
  const result = await buildRelease({ dir, typecheck: options.typecheck ?? false })
  if (result.type === 'refused')
    assert.fail(result.findings.map(({ code, because }) => `${code} ${because}`).join('\n'))
  return result
}

const fresh = (t: TestContext, files: Files) => withZod(project(t, files))
const digests = ({ manifest }: Built) => Object.fromEntries(manifest.cells.map(({ name, digest }) => [name, digest]))

test('the same sources give the same release in two folders', async (t) => {
  const first = await built(fresh(t, twoCounters))
  const outer = project(t, {})
  write(join(outer, 'somewhere/deeper'), twoCounters)
  withZod(outer)
  const second = await built(join(outer, 'somewhere/deeper'))
  assert.equal(second.digest, first.digest)
  openRelease(second.path).verify()
})

test('a change in one component leaves the digests of all others alone', async (t) => {
  const dir = fresh(t, twoCounters)
  const before = await built(dir)
  write(dir, counter('apples', { handler: 'state.count += 2' }))
  const after = await built(dir)
  assert.deepEqual(Object.keys(digests(after)), ['apples', 'edge', 'pears'])
  assert.notEqual(digests(after)['apples'], digests(before)['apples'])
  assert.equal(digests(after)['pears'], digests(before)['pears'])
  assert.equal(digests(after)['edge'], digests(before)['edge'])
})

test('a comment changes the release, and no cell of it', async (t) => {
  const dir = fresh(t, twoCounters)
  const before = await built(dir)
  write(dir, counter('apples', { head: '// Counts apples.' }))
  const after = await built(dir)
  assert.notEqual(after.digest, before.digest)
  assert.deepEqual(digests(after), digests(before))
})

test('builds a monorepo whose packages are linked, and calls them by name', async (t) => {
  const shared = (more: string) => ({
    'packages/shared/package.json': '{ "name": "@acme/shared", "version": "1.0.0", "exports": "./src/index.ts" }',
    'packages/shared/src/index.ts': `import { half } from 'halves'\nexport const step = half(2)\n${more}`,
  })
  const app = Object.entries({
    ...counter('apples', { head: `import { step } from '@acme/shared'`, handler: 'state.count += step' }),
    ...systemOf(['apples']),
  })
  const files = {
    ...shared(''),
    ...Object.fromEntries(app.map(([name, text]) => [`packages/app/${name}`, text])),
    'node_modules/.pnpm/halves@2.0.0/node_modules/halves/package.json':
      '{ "name": "halves", "version": "2.0.0", "license": "MIT", "main": "index.cjs" }',
    'node_modules/.pnpm/halves@2.0.0/node_modules/halves/index.cjs': 'exports.half = (n) => n / 2\n',
  }
  const links = {
    'packages/app/node_modules/@acme/shared': 'packages/shared',
    'packages/shared/node_modules/halves': 'node_modules/.pnpm/halves@2.0.0/node_modules/halves',
  }
  const root = project(t, files, links)
  withZod(join(root, 'packages/app'))
  const pnpm = await built(join(root, 'packages/app'))
  const apples = pnpm.manifest.cells.find(({ name }) => name === 'apples')
  assert.ok(apples?.packages.includes('halves@2.0.0'), String(apples?.packages))
  assert.ok(pnpm.manifest.sources.some(({ path }) => path === 'sources/~workspace/@acme/shared/src/index.ts'))
  assert.deepEqual(
    pnpm.manifest.packages
      .filter(({ name }) => name === 'halves')
      .map(({ version, license }) => `${version} ${license}`),
    ['2.0.0 MIT'],
  )

  const flat = project(t, {
    ...files,
    'node_modules/halves/package.json': files['node_modules/.pnpm/halves@2.0.0/node_modules/halves/package.json'],
    'node_modules/halves/index.cjs': 'exports.half = (n) => n / 2\n',
  })
  withZod(flat)
  link(join(flat, 'node_modules/@acme/shared'), join(flat, 'packages/shared'))
  assert.equal(
    (await built(join(flat, 'packages/app'))).digest,
    pnpm.digest,
    'a flat node_modules gives the same release',
  )

  write(root, shared('let count = 0\nexport const next = () => ++count'))
  const result = await buildRelease({ dir: join(root, 'packages/app'), typecheck: false })
  assert.deepEqual(
    result.findings.map(({ code, place }) => `${code} ${place?.file}:${place?.line}`),
    ['HIDDEN_STATE ~workspace/@acme/shared/src/index.ts:3'],
  )
})

test('a script is a function of `require`, and runs where no code can be made from text', async (t) => {
  const { path, manifest } = await built(fresh(t, twoCounters))
  const release = openRelease(path)
  const cell = manifest.cells.find(({ name }) => name === 'apples')
  assert.ok(cell?.validators)
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const evaluate = (file: string) => runInContext(Buffer.from(release.read(file)).toString(), context)
  const exports = evaluate(cell.script.path)(() => assert.fail('it requires nothing'))
  assert.equal(exports.default.kind, 'component')
  assert.equal(exports.default.contract.name, 'apples')
  assert.equal(exports.default.state.safeParse({ count: 1 }).success, true)
  const { validators } = evaluate(cell.validators.path)()
  assert.equal(validators.state({ count: 1 }), null)
  assert.ok(validators.state({ count: 'x' }).length > 0)
})

test('source maps lead from the script to the sources', async (t) => {
  const { path, manifest } = await built(fresh(t, twoCounters))
  const map = JSON.parse(readFileSync(join(path, manifest.cells[0]?.map.path ?? ''), 'utf8'))
  assert.ok(map.sources.includes('apples/component.ts'))
  assert.ok(
    map.sources.every((source: string) => !source.startsWith('.') && !source.startsWith('/')),
    String(map.sources),
  )
})

test('a component may use the built-ins that it declares, and a connector all of them', async (t) => {
  const head = `import { gzipSync } from 'node:zlib'`
  const dir = fresh(t, {
    ...counter('apples', {
      head,
      handler: 'state.count += gzipSync("x").length',
      options: `permissions: { node: ['node:zlib'] },`,
    }),
    ...systemOf(['apples'], { imports: `import { pump } from './pump/connector.ts'`, fields: 'connectors: [pump],' }),
    'pump/connector.ts': `import { readFile } from 'fs/promises'
import { connector, contract } from 'selfsame'
import * as z from 'zod'
const Pump = contract('pump', { key: z.string().max(40), messages: { run: {} } })
let pool: Promise<string> | undefined
export const pump = connector(Pump, {}).implement({ handlers: { async run() { pool ??= readFile('x', 'utf8'); await pool } } })
`,
  })
  const { manifest, path, findings } = await built(dir)
  const script = (name: string) =>
    readFileSync(join(path, manifest.cells.find((cell) => cell.name === name)?.script.path ?? ''), 'utf8')
  assert.match(script('apples'), /require\("node:zlib"\)/)
  assert.match(script('pump'), /require\("node:fs\/promises"\)/)
  assert.deepEqual(
    findings.map(({ code, severity }) => `${severity} ${code}`),
    ['note HIDDEN_STATE'],
  )
})

test('a package that looks for what is not there, and does without, can be bundled', async (t) => {
  const files = {
    ...twoCounters,
    ...systemOf(['apples'], { imports: `import { pump } from './pump/connector.ts'`, fields: 'connectors: [pump],' }),
    'pump/connector.ts': `import { connector, contract } from 'selfsame'
import { place } from 'optional'
import * as z from 'zod'
const Pump = contract('pump', { key: z.string().max(40), messages: { run: { output: z.string() } } })
export const pump = connector(Pump, {}).implement({ handlers: { run: () => place } })
`,
    'node_modules/optional/package.json': '{ "name": "optional", "version": "1.0.0", "main": "index.js" }',
    'node_modules/optional/index.js': `try { require('optional-native') } catch { exports.place = __dirname }\n`,
  }
  const { manifest, path } = await built(fresh(t, files))
  const cell = manifest.cells.find(({ name }) => name === 'pump')
  assert.ok(cell)
  assert.ok(cell.packages.includes('optional@1.0.0'))
  const script = readFileSync(join(path, cell.script.path), 'utf8')
  const exports = runInContext(
    script,
    createContext({}),
  )((name: string) => {
    throw new Error(`no ${name}`)
  })
  assert.equal(exports.default.behaviour.handlers.run(), '/selfsame')
})

test('the edge is bundled with a component only where the system file needs more of it', async (t) => {
  const head = 'export const limit = 3'
  const invariant = (imports: string, holds: string) =>
    systemOf(['apples', 'pears'], {
      imports,
      fields: `invariants: { few: { entities: { apples: (state) => state.count }, holds: (sum) => ${holds} } },`,
    })
  const alone = await built(fresh(t, { ...twoCounters, ...invariant('', 'sum < 3') }))
  const edge = alone.manifest.cells.find(({ name }) => name === 'edge')
  assert.doesNotMatch(readFileSync(join(alone.path, edge?.script.path ?? ''), 'utf8'), /count \+= 1/)
  assert.deepEqual(alone.findings, [])

  const more = {
    ...twoCounters,
    ...counter('apples', { head }),
    ...invariant(`import { limit } from './apples/component.ts'`, 'sum < limit'),
  }
  const together = await built(fresh(t, more))
  assert.deepEqual(
    together.findings.map(({ code, severity }) => `${severity} ${code}`),
    ['warning EDGE_NOT_ALONE'],
  )
})

test('type-checks with strict defaults, and counts errors in own files alone', async (t) => {
  const dir = fresh(t, twoCounters)
  await built(dir, { typecheck: true })
  write(dir, counter('pears', { handler: `state.count += 'one'` }))
  const result = await buildRelease({ dir })
  assert.deepEqual(
    result.findings.map(({ code, place }) => `${code} ${place?.file}:${place?.line}`),
    ['TYPE_ERROR pears/component.ts:15'],
  )
})

test('passes on what the bundler finds odd in own code, once', async (t) => {
  const head = 'export const here: unknown = import.meta.url'
  const { findings } = await built(fresh(t, { ...twoCounters, ...counter('apples', { head }) }))
  assert.deepEqual(
    findings.map(({ code, severity, place }) => `${severity} ${code} ${place?.file}:${place?.line}`),
    ['warning BUNDLE_WARNING apples/component.ts:4'],
  )
})

test('refuses `await` at module level, which a script cannot have', async (t) => {
  const head = 'export const late = await Promise.resolve(1)'
  const dir = fresh(t, { ...twoCounters, ...counter('apples', { head }) })
  const { findings } = await buildRelease({ dir, typecheck: false })
  assert.deepEqual(
    findings.map(({ code, place }) => `${code} ${place?.file}:${place?.line}`),
    ['BUNDLE_FAILED apples/component.ts:4'],
  )
})

test('the release does not depend on the order of exports, or on a module that exports again', async (t) => {
  const again = {
    'parts.ts': `export * from './apples/component.ts'\nexport { pears as p, pears } from './pears/component.ts'\n`,
  }
  const files: Files = {
    ...twoCounters,
    ...again,
    ...systemOf([], { imports: `import { apples, p as pears } from './parts.ts'` }),
  }
  const system = files['system.ts']?.replace('components: []', 'components: [apples, pears]') ?? ''
  const direct = await built(fresh(t, twoCounters))
  const through = await built(fresh(t, { ...files, 'system.ts': system }))
  const { edge: _, ...cells } = digests(through)
  const { edge: __, ...expected } = digests(direct)
  assert.deepEqual(cells, expected)
})
