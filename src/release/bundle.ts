/**
 * Turns one entry and everything it imports into one script with a source map. The only file that knows esbuild.
 *
 * The script evaluates to `(require) => exports`. It is the same on every machine and in every folder: module names
 * are ours (see modules.ts), not paths. Names are kept and nothing is minified, because a person reads the stacks, and
 * because parsing what minification would save costs less than a millisecond.
 */
import { isBuiltin } from 'node:module'
import { dirname, resolve, sep } from 'node:path'
import { type BuildFailure, build, type Message, type Metafile, type Plugin } from 'esbuild'
import type { Finding } from '../base/index.ts'
import { finding } from './errors.ts'
import type { Module, Modules } from './modules.ts'

export const ESBUILD_TARGET = 'es2024'
const ENTRY = 'selfsame-entry.js'
const PROLOGUE = '(function (require) {"use strict"; var module = { exports: {} }, exports = module.exports;'
const EPILOGUE = 'return module.exports})'

const CONSTANTS = { 'process.env.NODE_ENV': '"production"' }
/** A script has no file. Packages that only ask for its place should load; what they look for there is not there. */
const NODE_CONSTANTS = {
  ...CONSTANTS,
  __dirname: '"/selfsame"',
  __filename: '"/selfsame/script.js"',
  'import.meta.url': '"file:///selfsame/script.js"',
  'import.meta.dirname': '"/selfsame"',
  'import.meta.filename': '"/selfsame/script.js"',
}

export type Imported = {
  /** As written, or the name of a built-in with its `node:`. */
  readonly specifier: string
  /** null: a built-in of Node. */
  readonly module: Module | null
}

export type BundledModule = Module & {
  readonly imports: readonly Imported[]
  /** Bytes of it in the script; 0 if nothing of it was needed. */
  readonly bytes: number
}

export type Bundle = {
  readonly script: string
  readonly map: string
  readonly modules: readonly BundledModule[]
  /** Built-ins that the script really asks `require` for. */
  readonly builtins: readonly string[]
  /** What the bundler found odd in the author's own code. */
  readonly warnings: readonly Finding[]
}

export type BundleOptions = {
  readonly modules: Modules
  /** Where the entry's imports are resolved from: the folder of the system. */
  readonly dir: string
  readonly entry: string
  /** `cell`: web-standard code without Node, as components and routes run. `node`: all of Node. */
  readonly platform: 'cell' | 'node'
  /** What `selfsame` stands for: one copy, whatever the project has installed. */
  readonly selfsame: string
  /** Text that stands in for a file. */
  readonly stubs?: ReadonlyMap<string, string> | undefined
  /** Leaves packages out: enough to learn which own modules there are. */
  readonly ownCodeOnly?: boolean | undefined
}

export type BundleResult =
  | { readonly type: 'bundled'; readonly bundle: Bundle }
  | { readonly type: 'failed'; readonly findings: readonly Finding[] }

export async function bundle(options: BundleOptions): Promise<BundleResult> {
  const { dir, platform, modules } = options
  try {
    const result = await build({
      stdin: { contents: options.entry, resolveDir: dir, sourcefile: ENTRY, loader: 'js' },
      absWorkingDir: dir,
      outfile: resolve(dir, 'script.js'),
      write: false,
      bundle: true,
      metafile: true,
      format: 'cjs',
      target: ESBUILD_TARGET,
      sourcemap: 'external',
      sourcesContent: true,
      charset: 'utf8',
      legalComments: 'none',
      treeShaking: true,
      logLevel: 'silent',
      banner: { js: PROLOGUE },
      footer: { js: EPILOGUE },
      // Text that a route serves, or a connector sends.
      loader: { '.html': 'text', '.css': 'text', '.svg': 'text', '.sql': 'text' },
      ...(platform === 'node'
        ? { platform, conditions: ['module'], define: NODE_CONSTANTS }
        : // A component is not Node: of the builds that a package offers, those for the web's standards fit.
          {
            platform: 'neutral',
            define: CONSTANTS,
            mainFields: ['browser', 'module', 'main'],
            conditions: ['worker', 'browser', 'module'],
          }),
      plugins: [resolution(options)],
    })
    const [map, script] = [
      result.outputFiles.find(({ path }) => path.endsWith('.map')),
      result.outputFiles.find(({ path }) => path.endsWith('.js')),
    ]
    const named = moduleNames(result.metafile, dir, modules)
    return {
      type: 'bundled',
      bundle: {
        script: renameInScript(script?.text ?? '', named),
        map: renameInMap(map?.text ?? '{}', named),
        modules: bundledModules(result.metafile, named),
        builtins: builtinsIn(result.metafile),
        warnings: result.warnings
          .filter(({ location }) => location !== null && modules.of(resolve(dir, location.file)).package === null)
          .map((message) => ({ ...findingOf('BUNDLE_WARNING', message, dir, modules), severity: 'warning' as const })),
      },
    }
  } catch (error) {
    return {
      type: 'failed',
      findings: failures(error).map((message) => findingOf('BUNDLE_FAILED', message, dir, modules)),
    }
  }
}

/** Resolves `selfsame` and Zod to one copy each, and leaves built-ins to `require`. */
function resolution({ dir, selfsame, stubs, ownCodeOnly, modules }: BundleOptions): Plugin {
  const AGAIN = Symbol('resolved by esbuild itself')
  return {
    name: 'selfsame',
    setup(on) {
      on.onResolve({ filter: /^selfsame$/ }, () => ({ path: selfsame, ...(ownCodeOnly ? { external: true } : {}) }))
      on.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === AGAIN || kind === 'entry-point') return undefined
        if (path.startsWith('node:')) return { path, external: true, sideEffects: false }
        // Two copies of Zod would not know each other's schemas; the author's is the one that counts.
        const isOurs = importer !== '' && importer.startsWith(dirname(selfsame) + sep) && /^zod(\/|$)/.test(path)
        const found = await on.resolve(path, {
          kind,
          importer,
          resolveDir: isOurs ? dir : resolveDir,
          pluginData: AGAIN,
        })
        const fallback = isOurs && found.errors.length > 0
        const result = fallback ? await on.resolve(path, { kind, importer, resolveDir, pluginData: AGAIN }) : found
        if (result.errors.length > 0) {
          // Left to esbuild, which knows that a `require` within `try` may fail.
          return isBuiltin(path) ? { path: `node:${path}`, external: true, sideEffects: false } : undefined
        }
        if (result.external && isBuiltin(path)) return { path: `node:${path}`, external: true, sideEffects: false }
        if (ownCodeOnly && modules.of(result.path).package !== null) return { path, external: true }
        return result
      })
      if (stubs === undefined) return
      on.onLoad({ filter: /.*/ }, ({ path }) => {
        const contents = stubs.get(path)
        return contents === undefined ? undefined : { contents, loader: 'js' }
      })
    },
  }
}

/** esbuild's name of every input -> the module. */
function moduleNames(metafile: Metafile, dir: string, modules: Modules): ReadonlyMap<string, Module> {
  const named = new Map<string, Module>()
  for (const key of Object.keys(metafile.inputs)) {
    if (key === ENTRY) continue
    named.set(key, modules.of(resolve(dir, key.replace(/^[(]disabled[)]:/, ''))))
  }
  return named
}

/**
 * esbuild writes a module's path into the script in two places, both of which are whole lines: the comment before a
 * module, and the key of a CommonJS wrapper. No column of the source map lies in either.
 */
function renameInScript(script: string, named: ReadonlyMap<string, Module>): string {
  return script
    .split('\n')
    .map((line) => {
      const [, before, quote, key, after] = /^(\s*(?:\/\/ )?)("?)(.+?)("\(.*\) \{)?$/.exec(line) ?? []
      if (before === undefined || key === undefined) return line
      const isComment = before.endsWith('// ') && quote === '' && after === undefined
      const isWrapper = !before.endsWith('// ') && quote === '"' && after !== undefined
      const name = isComment || isWrapper ? named.get(key)?.name : undefined
      return name === undefined ? line : `${before}${quote}${name}${after ?? ''}`
    })
    .join('\n')
}

/** The entry names files by their paths on this machine, and is not worth reading: its text is left out. */
function renameInMap(map: string, named: ReadonlyMap<string, Module>): string {
  const parsed = JSON.parse(map) as {
    version: number
    sources: string[]
    sourcesContent: (string | null)[]
    mappings: string
  }
  const sources = parsed.sources.map((source) => named.get(source)?.name ?? source)
  const sourcesContent = parsed.sourcesContent.map((text, i) => (sources[i] === ENTRY ? null : text))
  return `${JSON.stringify({ ...parsed, sources, sourcesContent })}\n`
}

function bundledModules(metafile: Metafile, named: ReadonlyMap<string, Module>): BundledModule[] {
  const [output] = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js'))
  return [...named].map(([key, module]) => ({
    ...module,
    bytes: output?.[1].inputs[key]?.bytesInOutput ?? 0,
    imports: (metafile.inputs[key]?.imports ?? []).flatMap((imported): Imported[] => {
      if (imported.path.startsWith('node:')) return [{ specifier: imported.path, module: null }]
      const target = named.get(imported.path)
      return target === undefined ? [] : [{ specifier: imported.original ?? imported.path, module: target }]
    }),
  }))
}

function builtinsIn(metafile: Metafile): string[] {
  const names = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  return [...new Set(names.filter((name) => name.startsWith('node:')))].sort()
}

function failures(error: unknown): readonly Message[] {
  const messages =
    typeof error === 'object' && error !== null && 'errors' in error ? (error as BuildFailure).errors : undefined
  if (messages === undefined) throw error
  return messages
}

function findingOf(
  code: 'BUNDLE_FAILED' | 'BUNDLE_WARNING',
  { text, location }: Message,
  dir: string,
  modules: Modules,
): Finding {
  const because = text.endsWith('.') ? text : `${text}.`
  if (location === null) return finding(code, { because })
  const { file, line, column, lineText } = location
  const place = { file: file === ENTRY ? file : modules.of(resolve(dir, file)).name, line, column: column + 1 }
  const width = String(line).length
  const frame = `> ${line} | ${lineText}\n  ${' '.repeat(width)} | ${' '.repeat(column)}^`
  return finding(code, { because, place, frame })
}
