/**
 * Which module each cell is built from, and what it must not reach: the module of another cell, or the system file.
 * A cell that reached another would change whenever the other does, and a patch could not pass them one by one.
 */
import type { Finding } from '../base/index.ts'
import type { BundledModule } from './bundle.ts'
import { finding } from './errors.ts'
import type { Home } from './evaluate/report.ts'
import type { Module } from './modules.ts'
import type { OwnSources, Where } from './sources.ts'

export type CellSource = {
  readonly name: string
  readonly kind: Home['kind']
  readonly module: Module
  /** The name that the module exports it by. */
  readonly export: string
}

type Graph = ReadonlyMap<string, BundledModule>

/** Own modules by name. */
export function graphOf(modules: readonly BundledModule[]): Graph {
  return new Map(modules.filter((module) => module.package === null).map((module) => [module.name, module]))
}

export function placeCells(of: { homes: readonly Home[]; system: Module; graph: Graph; sources: OwnSources }): {
  cells: CellSource[]
  findings: Finding[]
} {
  const cells: CellSource[] = []
  const findings: Finding[] = []
  for (const { name, kind, exports } of of.homes) {
    const elsewhere = exports.filter(({ module }) => module !== of.system.name)
    // An index file may export it again: the module that reaches the least is where it is written.
    const [home] = elsewhere
      .map((exported) => ({ exported, reach: reachedFrom(of.graph, exported.module).size }))
      .sort((a, b) => a.reach - b.reach || (a.exported.module < b.exported.module ? -1 : 1))
    const module = home === undefined ? undefined : of.graph.get(home.exported.module)
    if (home === undefined || module === undefined) {
      const where = exports.length > 0 ? 'is exported by the system file alone' : 'is exported by no module'
      const written = of.sources.analysis.declarations.find((one) => one.component === name && one.part !== 'contract')
      const place = written?.place ?? { file: of.system.name, line: 1, column: 1 }
      const frame = written === undefined ? undefined : of.sources.frame(place)
      findings.push(
        finding('COMPONENT_NOT_EXPORTED', {
          place,
          ...(frame === undefined ? {} : { frame }),
          because: `The ${kind} '${name}' ${where}, so it cannot be bundled alone.`,
        }),
      )
      continue
    }
    cells.push({ name, kind, module, export: home.exported.name })
  }
  return { cells, findings }
}

/** Imports by which one cell reaches another's module or the system file, and modules that two cells share. */
export function crossings(of: { cells: readonly CellSource[]; system: Module; graph: Graph; where: Where }): Finding[] {
  const owners = new Map<string, CellSource[]>()
  for (const cell of of.cells) owners.set(cell.module.name, [...(owners.get(cell.module.name) ?? []), cell])
  const findings: Finding[] = []
  for (const [module, [first, second]] of owners) {
    if (first === undefined || second === undefined) continue
    findings.push(
      finding('CROSS_COMPONENT_IMPORT', {
        place: { file: module, line: 1, column: 1 },
        because: `The ${first.kind} '${first.name}' and the ${second.kind} '${second.name}' are written in one module, so neither can be patched without the other.`,
        remedy: 'Give each a module of its own.',
      }),
    )
  }
  const reported = new Set<string>()
  const ends = new Set([of.system.name, ...owners.keys()])
  for (const cell of of.cells) {
    for (const importer of reachedFrom(of.graph, cell.module.name, ends)) {
      if (importer !== cell.module.name && ends.has(importer)) continue
      const module = of.graph.get(importer)
      for (const imported of module?.imports ?? []) {
        const target = imported.module?.name ?? ''
        const [other] = owners.get(target) ?? []
        const isSystem = target === of.system.name
        if (module === undefined || target === cell.module.name || (other === undefined && !isSystem)) continue
        const key = `${cell.name} ${importer} ${target}`
        if (reported.has(key)) continue
        reported.add(key)
        const what = other === undefined ? 'the system file' : `the implementation of the ${other.kind} '${other.name}'`
        const through = importer === cell.module.name ? '' : `, by way of ${importer}`
        findings.push(
          finding('CROSS_COMPONENT_IMPORT', {
            ...of.where(module, imported),
            because: `The ${cell.kind} '${cell.name}' imports ${what}${through}.`,
          }),
        )
      }
    }
  }
  return findings
}

/** Own modules that a module imports, itself and those behind them included; `ends` are reached, and not looked into. */
function reachedFrom(graph: Graph, start: string, ends: ReadonlySet<string> = new Set()): Set<string> {
  const reached = new Set([start])
  for (const name of reached) {
    if (name !== start && ends.has(name)) continue
    for (const { module } of graph.get(name)?.imports ?? []) {
      if (module !== null && graph.has(module.name)) reached.add(module.name)
    }
  }
  return reached
}

/** Own modules that only cells of these kinds reach. */
export function reachedOnlyBy(of: {
  cells: readonly CellSource[]
  graph: Graph
  kinds: readonly Home['kind'][]
}): Set<string> {
  const within = new Set<string>()
  const without = new Set<string>()
  for (const cell of of.cells) {
    const into = of.kinds.includes(cell.kind) ? within : without
    for (const name of reachedFrom(of.graph, cell.module.name)) into.add(name)
  }
  return new Set([...within].filter((name) => !without.has(name)))
}
