/**
 * The build, step by step: find the system, learn its modules, evaluate it and read its sources, bundle each cell
 * alone, assemble, write. Every step adds its findings; refusals stop the build before the next step that would rest
 * on what was refused, and nothing is written unless there are none.
 */
import { join, resolve } from 'node:path'
import { byPlace, typecheck } from '../analysis/index.ts'
import type { Finding } from '../base/index.ts'
import { assemble } from './assemble.ts'
import { type BundleOptions, bundle } from './bundle.ts'
import { bundleCells, EDGE } from './bundle-cells.ts'
import { type CellSource, crossings, graphOf, placeCells, reachedOnlyBy } from './cells.ts'
import { finding } from './errors.ts'
import { evaluate } from './evaluate/evaluate.ts'
import { codifiedFindings } from './findings.ts'
import type { Manifest } from './manifest.ts'
import { modulesBelow } from './modules.ts'
import { findSystem, ourSources } from './project.ts'
import { type OwnSources, readSources } from './sources.ts'
import { writeRelease } from './write.ts'

export type Progress = { readonly step: 'find' | 'evaluate' | 'check' | 'bundle' | 'write'; readonly text: string }

export type BuildOptions = {
  /** The folder of the system, or the system file itself. */
  readonly dir: string
  /** The folder that releases are written into, each below its digest. @default `releases` beside the system file */
  readonly out?: string | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** @default true */
  readonly typecheck?: boolean | undefined
}

export type BuildResult =
  | {
      readonly type: 'built'
      readonly digest: string
      readonly path: string
      readonly manifest: Manifest
      /** Warnings and notes. */
      readonly findings: readonly Finding[]
    }
  | { readonly type: 'refused'; readonly findings: readonly Finding[] }

const RELEASES = 'releases'

export async function build(options: BuildOptions): Promise<BuildResult> {
  const progress = options.onProgress ?? (() => {})
  const project = findSystem(options.dir)
  if ('code' in project) return refused([project])
  const { dir, file } = project
  const ours = ourSources()
  progress({ step: 'find', text: file })

  const types = options.typecheck === false ? Promise.resolve([]) : typecheck({ dir, file, selfsame: ours.entry })
  // It is awaited at the end; should it fail earlier, that is no failure that nobody handles.
  types.catch(() => {})
  const found: Finding[] = []
  const done = async (): Promise<BuildResult> => {
    const typeErrors = await types
    // A file that does not parse is said once, by the type-check.
    const others = typeErrors.length > 0 ? found.filter(({ code }) => code !== 'BUNDLE_FAILED') : found
    return refused([...typeErrors, ...others])
  }

  const modules = modulesBelow({ dir, selfsame: ours.folder })
  const shared = { dir, modules, selfsame: ours.entry } satisfies Partial<BundleOptions>
  const scanned = await bundle({
    ...shared,
    entry: `import ${JSON.stringify(file)}`,
    platform: 'node',
    ownCodeOnly: true,
  })
  if (scanned.type === 'failed') {
    found.push(...scanned.findings)
    return done()
  }
  const graph = graphOf(scanned.bundle.modules)
  const system = modules.of(file)
  const others = [...graph.values()].filter((module) => module.file !== file && isCode(module.file)).sort(byName)

  progress({ step: 'evaluate', text: system.name })
  const evaluating = evaluate({ ...shared, own: [system, ...others] })
  const sources = readSources({ own: [...graph.values()], modules, dir })
  const evaluated = await evaluating
  if (evaluated.type === 'failed') {
    // Whose the hidden state is, and so how much it matters, is known only of a system that loads.
    found.push(...sources.analysis.findings.filter(({ code }) => code !== 'HIDDEN_STATE'), ...evaluated.findings)
    return done()
  }
  const { codified, homes } = evaluated
  const placed = placeCells({ homes, system, graph, sources })
  found.push(...placed.findings, ...namesTaken(placed.cells))
  found.push(...crossings({ cells: placed.cells, system, graph, where: sources.where }))
  found.push(...lenient(sources, reachedOnlyBy({ cells: placed.cells, graph, kinds: ['connector'] })))
  found.push(...codifiedFindings(evaluated.findings, sources))
  if (found.some(isRefusal)) return done()

  progress({ step: 'bundle', text: `${placed.cells.length + 1} cells` })
  const { where } = sources
  const bundled = await bundleCells({ cells: placed.cells, system, homes, codified, options: shared, where })
  found.push(...bundled.findings)

  progress({ step: 'check', text: 'types' })
  const typeErrors = await types
  if (typeErrors.length > 0 || found.some(isRefusal)) return done()

  const assembled = assemble({ codified, cells: bundled.cells, sources: sources.files, modules, dir })
  progress({ step: 'write', text: assembled.digest })
  const path = writeRelease({ ...assembled, out: resolve(options.out ?? join(dir, RELEASES)) })
  return { type: 'built', digest: assembled.digest, path, manifest: assembled.manifest, findings: sorted(found) }
}

/**
 * A connector may keep what belongs to the world it speaks to, such as a pool of connections: it has no state that a
 * patch would convert, and is started anew by every patch that touches it. Worth knowing, and no refusal.
 */
function lenient({ analysis }: OwnSources, connectors: ReadonlySet<string>): Finding[] {
  return analysis.findings.map((found) =>
    found.code === 'HIDDEN_STATE' && connectors.has(found.place?.file ?? '')
      ? { ...found, severity: 'note' as const }
      : found,
  )
}

function namesTaken(cells: readonly CellSource[]): Finding[] {
  const names = [EDGE, ...cells.map(({ name }) => name)]
  return cells
    .filter(({ name }, i) => names.indexOf(name) <= i)
    .map(({ kind, name, module }) =>
      finding('CELL_NAME_TAKEN', {
        place: { file: module.name, line: 1, column: 1 },
        because: `The ${kind} is called '${name}', which is the name of another cell.`,
      }),
    )
}

function refused(findings: readonly Finding[]): BuildResult {
  return { type: 'refused', findings: sorted(findings) }
}

const RANK: Readonly<Record<Finding['severity'], number>> = { refusal: 0, warning: 1, note: 2 }

function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity] || byPlace(a, b))
}

function isRefusal({ severity }: Finding): boolean {
  return severity === 'refusal'
}

function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file)
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}
