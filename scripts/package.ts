/**
 * `npm run package [-- --out folder]`: makes what is published, `<out>/package/`, and its tarball beside it.
 *
 * Node strips no types below `node_modules`, so the sources, which run here as they are, would not start where they
 * were installed. What is published is `lib/`: plain JavaScript and declarations, one file each per file of `src/`.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

type Manifest = Readonly<Record<string, unknown>> & { readonly exports: Readonly<Record<string, string>> }

const root = join(import.meta.dirname, '..')
/** What the package shares with the repository's own `package.json`, word for word. */
const SHARED = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'engines',
  'peerDependencies',
  'dependencies',
  'sideEffects',
] as const
const COPIED = ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs'] as const

const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } })
const out = resolve(values.out)
const folder = join(out, 'package')
const temporary = mkdtempSync(join(tmpdir(), 'selfsame-package-'))
try {
  const made = join(temporary, 'package')
  compile(join(made, 'lib'))
  cpSync(join(import.meta.dirname, 'bin'), join(made, 'bin'), { recursive: true })
  chmodSync(join(made, 'bin/selfsame.cjs'), 0o755)
  for (const name of COPIED) cpSync(join(root, name), join(made, name), { recursive: true })
  const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(made, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`)
  // Nothing of a package that was made before stays.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  cpSync(made, folder, { recursive: true })
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', out], folder)
process.stdout.write(`${join(out, packed.trim())}\n`)

/** Declarations go on naming `./other.ts`, which TypeScript takes for the declaration beside them. */
function compile(lib: string): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  run(process.execPath, [tsc, '-p', join(root, 'tsconfig.package.json'), '--outDir', lib], root)
}

function published(manifest: Manifest) {
  const compiled = (source: string): string => source.replace(/^\.\/src\//, './lib/').replace(/\.ts$/, '.js')
  const doors = Object.entries(manifest.exports).map(([door, source]) => {
    const file = compiled(source)
    return [door, file === source ? file : { types: file.replace(/\.js$/, '.d.ts'), default: file }]
  })
  return {
    ...Object.fromEntries(SHARED.map((key) => [key, manifest[key]])),
    bin: { selfsame: 'bin/selfsame.cjs' },
    exports: Object.fromEntries(doors),
    files: ['lib', 'bin', 'docs', 'CHANGELOG.md'],
  }
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`)
}
