/**
 * The code in the documents is code: every `ts` block that opens with the name of its file is written to that file, and
 * each document's files are type-checked, built as a release, and their tests are run.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { buildRelease } from '../../src/release/index.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const PACKAGES = ['zod', 'hono', '@types', 'typescript']

type Document = { readonly path: string; readonly project: string; readonly tests: number }
const DOCUMENTS: readonly Document[] = [
  { path: 'README.md', project: 'my/counter', tests: 0 },
  { path: 'docs/getting-started.md', project: 'my/counter', tests: 2 },
  { path: 'docs/authoring.md', project: 'shop', tests: 1 },
]

/** Blocks in the language `ts`, by the file that their first line names. */
function filesOf(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [, code = ''] of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const [, path] = /^\/\/ ([\w/.-]+\.ts)/.exec(code) ?? []
    assert.ok(path !== undefined, `a block names no file: ${code.split('\n')[0]}`)
    files.set(path, code)
  }
  return files
}

async function written(t: TestContext, document: Document): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'documented-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'node_modules'))
  for (const name of PACKAGES) await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  await symlink(root, join(folder, 'node_modules/selfsame'))
  const tsconfig = { extends: join(root, 'tsconfig.json'), include: ['**/*.ts'], exclude: ['node_modules'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  await writeFile(join(folder, 'package.json'), '{ "name": "documented", "type": "module", "private": true }')
  for (const [path, code] of filesOf(await readFile(join(root, document.path), 'utf8'))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), code)
  }
  return folder
}

for (const document of DOCUMENTS) {
  test(`the code in ${document.path} type-checks, builds, and passes its own tests`, async (t) => {
    const folder = await written(t, document)
    const checked = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--noEmit']).catch((error) => error)
    assert.equal(checked.stdout, '')
    const built = await buildRelease({ dir: join(folder, document.project), out: join(folder, 'releases') })
    assert.deepEqual(
      built.findings.map(({ code, because }) => `${code}: ${because}`),
      [],
    )
    assert.ok('digest' in built && existsSync(built.path))
    if (document.tests === 0) return
    // Node's runner, when it is told that it runs inside of another, reports in another way.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout } = await run(process.execPath, ['--test', `${document.project}/*.test.ts`], { cwd: folder, env })
    assert.match(stdout, new RegExp(`pass ${document.tests}\n`))
  })
}
