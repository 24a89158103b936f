/**
 * The package as its users have it: packed, unpacked below `node_modules`, and run from there. Its dependencies are
 * links to ours, so that nothing is fetched.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const COUNTER = 'my/counter'
/** What a user's own `package.json` asks for; the rest comes with Selfsame. */
const USERS = ['zod', '@types/node']

type Json = Readonly<Record<string, unknown>>
type Failed = { readonly code: number; readonly stdout: string; readonly stderr: string }

const folder = await mkdtemp(join(tmpdir(), 'installed-'))
const installed = join(folder, 'node_modules/selfsame')
const bin = join(installed, 'bin/selfsame.cjs')

before(async () => {
  const { stdout } = await run(process.execPath, [join(root, 'scripts/package.ts'), '--out', join(folder, 'packed')])
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', stdout.trim(), '--strip-components=1', '-C', installed])
  const { dependencies } = await manifestIn(installed)
  assert.ok(typeof dependencies === 'object' && dependencies !== null)
  for (const name of [...Object.keys(dependencies), ...USERS]) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, 'node_modules', name), link)
  }
  await writeFile(join(folder, 'package.json'), '{ "name": "app", "type": "module", "private": true }')
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  for (const [code, name] of readme.matchAll(/(?<=^```ts\n)\/\/ ([\w/.-]+\.ts).*?(?=^```$)/gms)) {
    assert.ok(name !== undefined)
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), code)
  }
})
after(() => rm(folder, { recursive: true, force: true }))

async function manifestIn(place: string): Promise<Json> {
  return JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
}

async function serves(t: TestContext): Promise<{ url: string; kill: () => Promise<unknown> }> {
  const args = [bin, 'run', COUNTER, '--data', 'data', '--port', '0', '--json']
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const exited = once(child, 'exit')
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited.then(() => null)])
  assert.ok(first !== null, `it ended before it served: ${said}`)
  const { host, port } = JSON.parse(first[0]).gateways[0]
  const kill = (): Promise<unknown> => {
    child.kill('SIGKILL')
    return exited
  }
  return { url: `http://${host}:${port}/counter/cats`, kill }
}

test('the package holds what is needed and no sources, tests or scripts', async () => {
  const files = globSync('**/*', { cwd: installed })
  for (const needed of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/errors/NOT_FOUND.md', 'lib/index.d.ts']) {
    assert.ok(files.includes(needed), needed)
  }
  const unwanted = /(?<!\.d)\.ts$|\.(test|testing)\.|type-tests|golden|^(src|scripts|test)\b/
  assert.deepEqual(
    files.filter((file) => unwanted.test(file)),
    [],
  )
  const [ours, packed] = [await manifestIn(root), await manifestIn(installed)]
  for (const key of ['name', 'version', 'license', 'dependencies', 'peerDependencies', 'engines']) {
    assert.deepEqual(packed[key], ours[key], key)
  }
  for (const key of ['scripts', 'devDependencies', 'private']) assert.equal(packed[key], undefined, key)
})

test('an installed command builds a system, and serves it through a kill', async (t) => {
  const built = await run(process.execPath, [bin, 'build', COUNTER, '--json'], { cwd: folder })
  assert.ok(existsSync(join(JSON.parse(built.stdout).path, 'manifest.json')), built.stdout)
  const headers = { 'content-type': 'application/json' }
  const first = await serves(t)
  const added = await fetch(`${first.url}/add`, { method: 'POST', headers, body: '{"amount":2}' })
  assert.deepEqual(await added.json(), { total: 2 })
  await first.kill()
  const second = await serves(t)
  assert.deepEqual(await (await fetch(`${second.url}/total`)).json(), { total: 2 })
  await second.kill()
})

test('an installed command refuses what does not type-check, in a project that has Selfsame and in one that has not', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'without-selfsame-'))
  t.after(() => rm(other, { recursive: true, force: true }))
  await mkdir(join(other, 'node_modules'))
  await symlink(join(root, 'node_modules/zod'), join(other, 'node_modules/zod'))
  const system = (name: string) =>
    `import { system } from 'selfsame'\nexport default system({ name: ${name}, components: [] })\n`
  for (const place of [join(folder, 'wrong'), join(other, 'wrong')]) {
    await mkdir(place)
    await writeFile(join(place, 'system.ts'), system('7'))
    const { code, stdout } = await run(process.execPath, [bin, 'build', place, '--json']).then(
      () => assert.fail('it was built'),
      (error: Failed) => error,
    )
    assert.equal(code, 1, stdout)
    assert.match(stdout, /"TYPE_ERROR".*Type 'number' is not assignable to type 'string'/s)
    assert.doesNotMatch(stdout, /TS7016/)
    await writeFile(join(place, 'system.ts'), system(`'right'`))
    await run(process.execPath, [bin, 'build', place])
  }
})

test('explains an error code from the pages that came with it', async () => {
  const { stdout } = await run(process.execPath, [bin, 'explain', 'NOT_FOUND'])
  assert.match(stdout, /^# NOT_FOUND/)
})

test('every door loads', async () => {
  const doors = ['selfsame', 'selfsame/client', 'selfsame/testkit', 'selfsame/host']
  const code = `
    const exported = (await Promise.all(${JSON.stringify(doors)}.map((door) => import(door)))).map(Object.keys)
    process.stdout.write(JSON.stringify(exported))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  const exported: string[][] = JSON.parse(stdout)
  for (const [i, name] of ['component', 'connect', 'testSystem', 'startHost'].entries()) {
    assert.ok(exported[i]?.includes(name), `${doors[i]} exports ${exported[i]}`)
  }
})

test('every door has its types, which are no any', async () => {
  await writeFile(
    join(folder, 'uses.ts'),
    `import { contract } from 'selfsame'
import { connect } from 'selfsame/client'
import { startHost } from 'selfsame/host'
import { testSystem } from 'selfsame/testkit'
import { Counter } from './${COUNTER}/contract.ts'
import house from './${COUNTER}/system.ts'
export const added: { total: number } = await connect('ws://x').of<typeof Counter>('counter').at('cats').add({ amount: 1 })
export const system = await testSystem(house)
// @ts-expect-error
contract(7)
// @ts-expect-error
connect(7)
// @ts-expect-error
startHost(7)
// @ts-expect-error
testSystem(7)
// @ts-expect-error
system.as('ada').at(Counter, 'cats').add({ amount: 'two' })
`,
  )
  const options = { ...JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8')).compilerOptions, noEmit: true }
  // Declarations are checked too: what they name must be there.
  const compilerOptions = { ...options, types: ['node'], skipLibCheck: false }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['uses.ts'] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: Failed) => error)
  assert.equal(stdout, '')
})

test('an older Node is told which one is needed', async () => {
  let said = ''
  const exits: number[] = []
  const process = {
    versions: { node: '20.20.2' },
    execPath: '/usr/bin/node',
    stderr: { write: (text: string) => (said += text) },
    exit: (code: number) => exits.push(code),
  }
  const manifest = await manifestIn(installed)
  const require = (name: string): unknown => (name === '../package.json' ? manifest : assert.fail(`it loads ${name}`))
  const code = (await readFile(bin, 'utf8')).replace(/^#!.*/, '')
  runInContext(code, createContext({ process, require, parseInt }))
  assert.equal(said, 'selfsame needs Node >=24; this is Node 20.20.2 (/usr/bin/node).\n')
  assert.deepEqual(exits, [1])
  assert.doesNotMatch(code.replace(/^\/\/.*$/gm, ''), /=>|`|\b(const|let|class|async|import)\b/)
})
