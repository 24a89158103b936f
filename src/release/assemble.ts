/** Puts together what was built: the files of a release by path, and the manifest that vouches for them. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { canonicalJson } from '../base/index.ts'
import { type CodifiedComponent, type CodifiedConnector, type CodifiedSystem, schemasOf } from '../component/index.ts'
import { validatorSource } from '../schema/index.ts'
import type { Bundle } from './bundle.ts'
import { digestOf } from './digest.ts'
import type { CellImage, Manifest, ReleaseFile } from './manifest.ts'
import type { Modules } from './modules.ts'
import { MANIFEST, RELEASE_FORMAT } from './open.ts'
import { billOfMaterials, packagesIn } from './packages.ts'

export type BuiltCell = { readonly name: string; readonly codified: CellImage['codified']; readonly bundle: Bundle }

export type Assembled = {
  readonly digest: string
  readonly manifest: Manifest
  /** The manifest included. */
  readonly files: ReadonlyMap<string, string>
}

export function assemble(of: {
  codified: CodifiedSystem
  cells: readonly BuiltCell[]
  sources: ReadonlyMap<string, string>
  modules: Modules
  dir: string
}): Assembled {
  const files = new Map<string, string>()
  const put = (path: string, text: string): ReleaseFile => {
    files.set(path, text)
    return { path, digest: digestOf(text), bytes: Buffer.byteLength(text) }
  }
  const cells = [...of.cells].sort(byName).map((cell) => image(cell, put))
  const sources = [...of.sources]
    .map(([file, text]) => ({ name: of.modules.of(file).name, text }))
    .sort(byName)
    .map(({ name, text }) => put(`sources/${name}`, text))
  const { name, gateways, schedules, invariants } = of.codified
  const manifest: Manifest = {
    format: RELEASE_FORMAT,
    system: name,
    cells,
    gateways,
    schedules,
    invariants,
    sources,
    packages: billOfMaterials(of.cells.map(({ bundle }) => bundle.modules)),
    builtWith: builtWith(of.dir),
    signature: null,
  }
  const text = canonicalJson(manifest)
  files.set(MANIFEST, text)
  return { digest: digestOf(text), manifest: JSON.parse(text) as Manifest, files }
}

/** The digest covers what decides how the cell behaves. The source map and the packages' names do not. */
function image({ name, codified, bundle }: BuiltCell, put: (path: string, text: string) => ReleaseFile): CellImage {
  const folder = `cells/${encodeURIComponent(name)}`
  const script = put(`${folder}/script.js`, bundle.script)
  const map = put(`${folder}/script.js.map`, bundle.map)
  const hasContract = codified.kind === 'component' || codified.kind === 'connector'
  const validators = hasContract ? put(`${folder}/validators.js`, validatorsOf(codified)) : null
  const identity = { script: script.digest, validators: validators?.digest ?? null, codified }
  return {
    name,
    digest: digestOf(canonicalJson(identity)),
    script,
    validators,
    map,
    codified,
    packages: packagesIn(bundle.modules),
  }
}

/** In one order, whatever the order of declaration. */
function validatorsOf(codified: CodifiedComponent | CodifiedConnector): string {
  const { state, config } = codified.kind === 'component' ? codified : { state: null, config: null }
  const schemas = Object.entries(schemasOf(codified.contract, { state, config }))
  return validatorSource(Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Zod's version is the project's; the others are ours. */
function builtWith(dir: string): Manifest['builtWith'] {
  const ours = createRequire(import.meta.url)
  const projects = createRequire(join(dir, 'system.js'))
  return {
    selfsame: versionIn(join(dirname(dirname(import.meta.dirname)), 'package.json')),
    esbuild: versionIn(ours.resolve('esbuild/package.json')),
    typescript: versionIn(ours.resolve('typescript/package.json')),
    zod: versionIn(resolveOr(projects, 'zod/package.json') ?? ours.resolve('zod/package.json')),
  }
}

function resolveOr(from: NodeJS.Require, name: string): string | undefined {
  try {
    return from.resolve(name)
  } catch {
    return undefined
  }
}

function versionIn(file: string): string {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
  return typeof version === 'string' ? version : '0.0.0'
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
