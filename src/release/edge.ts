/**
 * The edge: the system file in a cell of its own, for `authenticate` and the system's invariants. It imports every
 * component, and would change with each of them; so their modules are replaced by stand-ins that say no more than what
 * `system()` asks of a part. Where the system file needs more of such a module, it gets the module, and a warning.
 */
import type { Finding } from '../base/index.ts'
import { type BundleOptions, type BundleResult, bundle } from './bundle.ts'
import type { CellSource } from './cells.ts'
import { finding } from './errors.ts'
import { loads } from './evaluate/loads.ts'
import type { Home } from './evaluate/report.ts'
import type { Module } from './modules.ts'

export type EdgeResult = { readonly result: BundleResult; readonly findings: readonly Finding[] }

export async function bundleEdge(of: {
  system: Module
  cells: readonly CellSource[]
  homes: readonly Home[]
  options: Omit<BundleOptions, 'entry' | 'platform'>
}): Promise<EdgeResult> {
  const entry = `export { default } from ${JSON.stringify(of.system.file)}`
  const options = { ...of.options, entry, platform: 'cell' } as const
  const alone = await bundle({ ...options, stubs: standIns(of.cells, of.homes) })
  if (alone.type === 'bundled' && (await loads(alone.bundle.script))) return { result: alone, findings: [] }
  const warning = finding('EDGE_NOT_ALONE', {
    severity: 'warning',
    place: { file: of.system.name, line: 1, column: 1 },
    because:
      'The system file uses more of a component, connector or route than its declaration, so it is bundled with all of them.',
  })
  return { result: await bundle(options), findings: [warning] }
}

/** One text per module of a cell: the cells that it exports, under all their names. */
function standIns(cells: readonly CellSource[], homes: readonly Home[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { name, kind, module } of cells) {
    const contract = kind === 'route' ? {} : { contract: { name } }
    const value = `Object.freeze(${JSON.stringify({ kind, ...contract })})`
    const exported = homes
      .filter((home) => home.name === name && home.kind === kind)
      .flatMap(({ exports }) => exports.filter((one) => one.module === module.name).map((one) => one.name))
    const lines = exported.map((as) => (as === 'default' ? `export default ${value}` : `export const ${as} = ${value}`))
    texts.set(module.file, `${texts.get(module.file) ?? ''}${lines.join('\n')}\n`)
  }
  return texts
}
