/** The author's own sources, as they go into the release and before the analysis. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Analysis, analyse, codeFrame } from '../analysis/index.ts'
import type { Finding } from '../base/index.ts'
import type { BundledModule, Imported } from './bundle.ts'
import type { Module, Modules } from './modules.ts'

const ANALYSED = /\.[cm]?[jt]sx?$/

/** Where an import stands, as far as the analysis knows. */
export type Where = (importer: Module, imported: Imported) => Partial<Finding>

export type OwnSources = {
  /** Absolute path -> text; what the bundle contains, then modules that only types are imported from. */
  readonly files: ReadonlyMap<string, string>
  readonly analysis: Analysis
  readonly where: Where
  /** The lines around a place, given by a module's name. */
  frame(place: { file: string; line: number; column: number }): string | undefined
}

export function readSources(of: { own: readonly BundledModule[]; modules: Modules; dir: string }): OwnSources {
  const files = new Map(of.own.map(({ file }) => [file, readFileSync(file, 'utf8')]))
  const nameOf = (file: string) => of.modules.of(file).name
  const analysis = analyse({
    files: new Map([...files].filter(([file]) => ANALYSED.test(file))),
    root: of.dir,
    nameOf,
    aliases: new Map(
      of.own
        .flatMap(({ imports }) => imports)
        .flatMap(({ specifier, module }) =>
          module === null || specifier.startsWith('.') ? [] : [[specifier, module.file] as const],
        ),
    ),
  })
  addTypeSources(files)
  const texts = new Map([...files].map(([file, text]) => [nameOf(file), text]))
  const frame = (place: { file: string; line: number; column: number }) => {
    const text = texts.get(place.file)
    return text === undefined ? undefined : codeFrame(text, place)
  }
  return {
    files,
    analysis,
    frame,
    where(importer, { specifier }) {
      const written = [specifier, specifier.replace(/^node:/, '')]
      const found = analysis.imports.find((one) => one.file === importer.file && written.includes(one.specifier))
      if (found === undefined) return { place: { file: importer.name, line: 1, column: 1 } }
      const lines = frame(found.place)
      return lines === undefined ? { place: found.place } : { place: found.place, frame: lines }
    },
  }
}

/**
 * Adds files that are imported for their types alone, which the bundler never sees. Found by text, which is a first
 * approximation: an import in a comment adds a file too many, one through an alias of `tsconfig.json` adds none.
 */
function addTypeSources(files: Map<string, string>): void {
  for (const [file, text] of files) {
    for (const [, specifier] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+\.[cm]?tsx?)['"]/g)) {
      const target = resolve(dirname(file), specifier ?? '')
      if (files.has(target) || !statSync(target, { throwIfNoEntry: false })?.isFile()) continue
      files.set(target, readFileSync(target, 'utf8'))
    }
  }
}
