/** Bundles every cell alone, and checks what each asks of Node. */
import type { Finding } from '../base/index.ts'
import type { CodifiedSystem } from '../component/index.ts'
import type { BuiltCell } from './assemble.ts'
import { type BundleOptions, type BundleResult, bundle } from './bundle.ts'
import type { CellSource } from './cells.ts'
import { bundleEdge } from './edge.ts'
import type { Home } from './evaluate/report.ts'
import type { CellImage } from './manifest.ts'
import type { Module } from './modules.ts'
import { undeclared } from './permissions.ts'
import type { Where } from './sources.ts'

/** The name of the system file's cell. */
export const EDGE = 'edge'

type Cell = Pick<CellSource, 'name' | 'module'> & { readonly kind: CellSource['kind'] | 'edge' }

export async function bundleCells(of: {
  cells: readonly CellSource[]
  system: Module
  homes: readonly Home[]
  codified: CodifiedSystem
  options: Omit<BundleOptions, 'entry' | 'platform'>
  where: Where
}): Promise<{ cells: readonly BuiltCell[]; findings: readonly Finding[] }> {
  const { system, options } = of
  const bundling = of.cells.map((cell) => bundle({ ...options, ...entryOf(cell) }))
  const edge = await bundleEdge({ system, cells: of.cells, homes: of.homes, options })
  const results = await Promise.all(bundling)
  const bundled: { cell: Cell; result: BundleResult | undefined }[] = [
    ...of.cells.map((cell, i) => ({ cell, result: results[i] })),
    { cell: { name: EDGE, kind: 'edge', module: system }, result: edge.result },
  ]

  const cells: BuiltCell[] = []
  const findings: Finding[] = [...edge.findings]
  for (const { cell, result } of bundled) {
    if (result === undefined) continue
    if (result.type === 'failed') {
      findings.push(...result.findings)
      continue
    }
    const codified = codifiedOf(cell, of.codified)
    const declared = codified.kind === 'component' ? codified.permissions.node : []
    if (cell.kind !== 'connector')
      findings.push(...undeclared({ cell, bundle: result.bundle, declared, where: of.where }))
    findings.push(...result.bundle.warnings)
    cells.push({ name: cell.name, codified, bundle: result.bundle })
  }
  return { cells, findings: distinct(findings) }
}

function entryOf({ kind, module, export: name }: CellSource): Pick<BundleOptions, 'entry' | 'platform'> {
  const entry = `export { ${name} as default } from ${JSON.stringify(module.file)}`
  return { entry, platform: kind === 'connector' ? 'node' : 'cell' }
}

function codifiedOf({ name, kind }: Cell, system: CodifiedSystem): CellImage['codified'] {
  switch (kind) {
    case 'edge':
      return { kind }
    case 'route':
      return { kind, name }
    case 'component':
    case 'connector': {
      const found = [...system.components, ...system.connectors].find(({ contract }) => contract.name === name)
      if (found === undefined) throw new Error(`Selfsame bug: no codified form of ${kind} ${name}`)
      return found
    }
    default:
      return kind satisfies never
  }
}

/** Cells share modules, and what is odd in one of those is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const said = new Set<string>()
  return findings.filter(({ code, place, because }) => {
    const key = `${code} ${place?.file}:${place?.line}:${place?.column} ${because}`
    if (said.has(key)) return false
    said.add(key)
    return true
  })
}
