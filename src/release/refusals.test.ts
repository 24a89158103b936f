import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Finding } from '../base/index.ts'
import { evaluate } from './evaluate/evaluate.ts'
import { buildRelease } from './index.ts'
import { modulesBelow } from './modules.ts'
import { counter, type Files, project, systemOf, twoCounters, withZod } from './project.testing.ts'
import { ourSources } from './project.ts'

/** What a person reads. `SELFSAME_ACCEPT=1` takes it as the golden text; the diff is for review. */
function text(findings: readonly Finding[]): string {
  return findings
    .map(({ code, severity, place, because, remedy, frame }) => {
      const at = place === undefined ? '' : ` ${place.file}:${place.line}:${place.column}`
      return `${severity} ${code}${at}\n${because}\n${frame === undefined ? '' : `${frame}\n`}-> ${remedy}\n`
    })
    .join('\n')
}

async function check(
  t: TestContext,
  golden: string,
  files: Files,
  options: { typecheck?: boolean; links?: Files } = {},
): Promise<void> {
  const dir = withZod(project(t, files, options.links))
  const result = await buildRelease({ dir, typecheck: options.typecheck ?? false })
  assert.equal(result.type, 'refused')
  assert.ok(!existsSync(join(dir, 'releases')), 'nothing was written')
  compare(golden, text(result.findings).replaceAll(dir, '<folder>').replaceAll(basename(dir), '<folder>'))
}

function compare(golden: string, actual: string): void {
  const file = join(import.meta.dirname, 'golden', `${golden}.txt`)
  if (process.env['SELFSAME_ACCEPT'] === '1') writeFileSync(file, actual)
  assert.equal(actual, readFileSync(file, 'utf8'))
}

const withApples = (more: Parameters<typeof counter>[1], extra: Files = {}): Files => ({
  ...twoCounters,
  ...counter('apples', more),
  ...extra,
})

test('refuses a folder without a system file', (t) => check(t, 'system-missing', { 'readme.txt': '' }))

test('refuses a folder that is not there', async (t) => {
  const result = await buildRelease({ dir: join(project(t, {}), 'nothing') })
  assert.deepEqual(
    result.findings.map(({ code }) => code),
    ['SYSTEM_MISSING'],
  )
})

test('refuses a system file that throws', (t) =>
  check(t, 'system-throws', withApples({ head: `if (Date.now() > 0) throw new Error('no apples today')` })))

test('refuses a system that is declared wrongly, with the remedy of what refused it', (t) =>
  check(t, 'system-invalid', { ...twoCounters, ...systemOf(['apples', 'apples']), 'pears/component.ts': '' }))

test('refuses a system file that exports no system', (t) =>
  check(t, 'system-not-exported', { 'system.ts': 'export const system = 1\n' }))

test('refuses an import of what is not there', (t) =>
  check(t, 'bundle-failed', withApples({ head: `import './missing.ts'` })))

test('refuses a component that is written in the system file', (t) =>
  check(t, 'component-in-system-file', {
    ...counter('apples'),
    'system.ts': `import { component, system } from 'selfsame'
import * as z from 'zod'
import { Apples } from './apples/contract.ts'
export const apples = component(Apples, { state: z.strictObject({ count: z.int() }) }).implement({
  initial: () => ({ count: 0 }),
  handlers: { open() {}, add: (state) => ({ count: state.count }) },
})
export default system({ name: 'test-house', components: [apples] })
`,
  }))

test('refuses a route that is written where it is mounted', (t) =>
  check(t, 'route-in-system-file', {
    ...twoCounters,
    ...systemOf(['apples'], {
      fields: `gateways: [http({ port: 0, expose: [], routes: { '/': route({ fetch: () => new Response('hello') }) } })],`,
    }),
  }))

test('refuses a component that imports another one, near or far', (t) =>
  check(t, 'cross-component-import', {
    ...twoCounters,
    ...counter('apples', {
      head: `import { pears } from '../pears/component.ts'`,
      handler: 'void pears; state.count += 1',
    }),
    ...counter('pears', { head: `import { far } from '../far.ts'`, handler: 'state.count += far' }),
    'far.ts': `import house from './system.ts'\nexport const far = house === undefined ? 0 : 1\n`,
  }))

test('refuses two components in one module', (t) => {
  const second = counter('pears')
    ['pears/component.ts']?.replace(/^import .*$/gm, '')
    .replace('declared', 'second')
    .replace('declared', 'second')
  return check(t, 'components-in-one-module', {
    ...twoCounters,
    'apples/component.ts': `import { Pears } from '../pears/contract.ts'\n${counter('apples')['apples/component.ts']}${second}`,
    ...systemOf([], { imports: `import { apples, pears } from './apples/component.ts'` }),
    'system.ts': `import { system } from 'selfsame'
import { apples, pears } from './apples/component.ts'
export default system({ name: 'test-house', components: [apples, pears] })
`,
  })
})

test('refuses a component with the name of the edge', (t) =>
  check(t, 'cell-name-taken', { ...counter('edge'), ...systemOf(['edge']) }))

test('refuses a built-in that was not declared, in own code and in a package', (t) =>
  check(
    t,
    'permission-undeclared',
    withApples(
      {
        head: `import { gzipSync } from 'node:zlib'\nimport { where } from 'whereabouts'`,
        handler: 'state.count += gzipSync(where()).length',
      },
      {
        'node_modules/whereabouts/package.json':
          '{ "name": "whereabouts", "version": "1.2.3", "type": "module", "exports": "./index.js" }',
        'node_modules/whereabouts/index.js': `import { tmpdir } from 'os'\nexport const where = () => tmpdir()\n`,
      },
    ),
  ))

test('refuses hidden state, reassigned state, flags in a number and dynamic code, all in one go', (t) =>
  check(
    t,
    'hidden-state',
    withApples(
      {
        head: `import { remember } from '../memory.ts'\nlet total = 0`,
        handler: `total += 1
      remember('add')
      if (state.count & 1) void import('../memory.ts')
      state = { count: total }`,
      },
      {
        'memory.ts': `const seen = new Set<string>()\nexport function remember(what: string): void {\n  seen.add(what)\n}\n`,
      },
    ),
  ))

test('refuses state without a bound, where the component declares it', (t) =>
  check(t, 'unbounded-state', withApples({ state: 'count: z.int(), log: z.array(z.string())' })))

test('refuses what JSON Schema cannot say', (t) =>
  check(t, 'unrepresentable-state', withApples({ state: 'count: z.int(), when: z.date()' })))

test('refuses types that do not fit', (t) =>
  check(t, 'type-error', withApples({ handler: `state.count = 'three'` }), { typecheck: true }))

test('refuses a tsconfig.json that TypeScript cannot read', (t) =>
  check(
    t,
    'type-check-failed',
    { ...twoCounters, 'tsconfig.json': '{ "extends": "./nothing.json" }' },
    { typecheck: true },
  ))

test('says a syntax error once', (t) =>
  check(t, 'syntax-error', withApples({ head: 'const = 3' }), { typecheck: true }))

test('gives up on a system that does not come to an end', async (t) => {
  const dir = withZod(project(t, withApples({ head: 'while (Date.now() > 0);' })))
  const ours = ourSources()
  const modules = modulesBelow({ dir, selfsame: ours.folder })
  const own = [modules.of(join(dir, 'system.ts'))] as const
  const result = await evaluate({ dir, modules, selfsame: ours.entry, own, millisecondsMax: 300 })
  assert.ok(result.type === 'failed')
  compare('system-endless', text(result.findings))
})
