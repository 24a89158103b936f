import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { delivery, testCell, testStore } from './cell.testing.ts'
import { stackMapper } from './stack-map.ts'

const HELPER = `export function fail(reason: string): never {
  throw new Error(reason)
}
`
const COMPONENT = `import { fail } from './helper.ts'
interface Unused { padding: string }

const contract = { name: 'probe', definition: { messages: { make: { creates: true }, run: {}, look: { read: true } } } }
export default {
  kind: 'component', contract,
  behaviour: { initial: () => ({}), handlers: { make() {}, look() {}, async run() {
    await null
    fail('on purpose')
  } } },
}
`

/** Bundles the two files above the way a release does: an expression `(require) => exports`, with its map. */
async function bundle(minify: boolean): Promise<{ script: string; map: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'stack-map-'))
  try {
    writeFileSync(join(folder, 'helper.ts'), HELPER)
    writeFileSync(join(folder, 'component.ts'), COMPONENT)
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ['component.ts'],
      bundle: true,
      write: false,
      format: 'cjs',
      minify,
      sourcemap: 'external',
      outfile: 'probe.js',
      platform: 'neutral',
      banner: { js: '(require) => { const module = { exports: {} };' },
      footer: { js: 'return module.exports }' },
    })
    const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
    return { script: text('.js'), map: text('.map') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the stack of a failed handler names places in the sources, and none of ours', async () => {
  for (const minify of [false, true]) {
    const { script, map } = await bundle(minify)
    const store = testStore()
    const { cell, find } = testCell({ script, storePort: store.port })
    await cell.ready
    cell.send(delivery(1))
    const { fault } = await find('faulted')
    await cell.kill()
    store.close()
    const mapped = stackMapper((name) => (name === 'probe' ? map : undefined))(fault.stack)
    const places = mapped
      .split('\n')
      .slice(1)
      .map((line) => /([\w.]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? line)
    assert.deepEqual(places, ['helper.ts:2:9', 'component.ts:9:5'])
  }
})

test('a cell without a map keeps its positions, and each map is read once', () => {
  let reads = 0
  const map = stackMapper(() => {
    reads++
    return undefined
  })
  const stack =
    'Error: x\n    at run (cell:probe:3:4)\n    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)\n    at file:///opt/guest/main.ts:1:2'
  assert.equal(map(stack), 'Error: x\n    at run (cell:probe:3:4)')
  map(stack)
  assert.equal(reads, 1)
})

test('a message of several lines stays as it is', () => {
  assert.equal(
    stackMapper(() => undefined)('Error: at the end\n  (see file)\n    at cell:probe:1:1'),
    'Error: at the end\n  (see file)\n    at cell:probe:1:1',
  )
})
