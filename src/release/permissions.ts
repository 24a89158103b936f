/**
 * What a component may ask of Node: what it declared. A route may ask for nothing, a connector for everything. Checked
 * here for the whole bundle, packages included, and enforced again when the cell is started.
 */
import type { Finding } from '../base/index.ts'
import type { Bundle, BundledModule, Imported } from './bundle.ts'
import type { CellSource } from './cells.ts'
import { finding } from './errors.ts'
import type { Where } from './sources.ts'

export function undeclared(of: {
  cell: Pick<CellSource, 'name' | 'module'> & { readonly kind: CellSource['kind'] | 'edge' }
  bundle: Bundle
  declared: readonly string[]
  where: Where
}): Finding[] {
  const { cell, bundle, declared } = of
  return bundle.builtins
    .filter((builtin) => !declared.includes(builtin))
    .map((builtin) => {
      const chain = chainTo(builtin, cell.module.name, bundle.modules)
      const last = chain.at(-1)
      const own = chain.findLast(({ importer }) => importer.package === null)
      const by =
        last?.importer.package == null
          ? ''
          : `, through ${last.importer.package.name}@${last.importer.package.version} (${last.importer.name})`
      const remedy =
        cell.kind === 'component'
          ? `Declare it: \`permissions: { node: ['${builtin}'] }\`; or move the work into a connector, which has all of Node.`
          : 'Move the work into a connector, which has all of Node, and ask it.'
      return finding('PERMISSION_UNDECLARED', {
        ...(own === undefined ? {} : of.where(own.importer, own.imported)),
        because: `The ${cell.kind} '${cell.name}' imports ${builtin}${by}, and has not declared it.`,
        remedy,
      })
    })
}

type Link = { readonly importer: BundledModule; readonly imported: Imported }

/** The shortest way of imports from a cell's module to a built-in. */
function chainTo(builtin: string, start: string, modules: readonly BundledModule[]): Link[] {
  const byName = new Map(modules.map((module) => [module.name, module]))
  const queue: { name: string; way: Link[] }[] = [{ name: start, way: [] }]
  const seen = new Set([start])
  for (const { name, way } of queue) {
    const importer = byName.get(name)
    if (importer === undefined) continue
    for (const imported of importer.imports) {
      const next = [...way, { importer, imported }]
      // A module of which nothing came into the script is not to blame.
      if (imported.module === null && imported.specifier === builtin && importer.bytes > 0) return next
      if (imported.module === null || seen.has(imported.module.name)) continue
      seen.add(imported.module.name)
      queue.push({ name: imported.module.name, way: next })
    }
  }
  return []
}
