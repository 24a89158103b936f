/**
 * Type-checks a system with the TypeScript that Selfsame comes with, in a process of its own.
 *
 * Only errors in the author's own files count: types of packages, ours included, are not the author's to correct.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Finding } from '../base/index.ts'
import { byPlace } from './analyse.ts'
import { finding } from './errors.ts'
import { codeFrame } from './places.ts'

/** A type-check that takes longer hangs. */
const TYPE_CHECK_MS_MAX = 120_000
/** One mistake can lead to thousands of errors; the first ones are the ones to read. */
const FINDINGS_MAX = 50

/** What we check a system with that has no `tsconfig.json`: as strict as TypeScript is without taste. */
const DEFAULT_OPTIONS = {
  target: 'esnext',
  // As the bundler resolves: a folder without a `package.json` holds ES modules too.
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
  types: [],
  strict: true,
  noEmit: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  resolveJsonModule: true,
}

/** What is wrong with the configuration as a whole; errors in files then say little. */
const GENERAL = /^error (TS\d+: .*)$/m
const DIAGNOSTIC = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/

export type TypecheckOptions = {
  /** Folder of the system; its `tsconfig.json` is used if there is one. */
  readonly dir: string
  /** The system file, checked with strict defaults if there is no `tsconfig.json`. */
  readonly file: string
  /** Where `selfsame` resolves to if the project has not installed it. */
  readonly selfsame: string
}

export async function typecheck({ dir, file, selfsame }: TypecheckOptions): Promise<Finding[]> {
  const own = join(dir, 'tsconfig.json')
  const temporary = existsSync(own) ? undefined : mkdtempSync(join(tmpdir(), 'selfsame-types-'))
  try {
    let config = own
    if (temporary !== undefined) {
      config = join(temporary, 'tsconfig.json')
      // What was compiled has its types beside it, which TypeScript does not look for below `node_modules`.
      const paths = { selfsame: [selfsame.replace(/\.js$/, '.d.ts')] }
      const options = {
        ...DEFAULT_OPTIONS,
        ...(isInstalled(dir) ? {} : { paths }),
        ...nodeTypes(dir, dirname(selfsame)),
      }
      writeFileSync(config, JSON.stringify({ compilerOptions: options, files: [file] }))
    }
    return findingsOf(await runTsc({ config, cwd: dir }), dir, selfsame)
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
  }
}

/** Types of Node, which connectors use, if the project or Selfsame has them. */
function nodeTypes(...folders: string[]): { types?: string[]; typeRoots?: string[] } {
  for (const folder of folders) {
    for (let above = folder; ; above = dirname(above)) {
      const typeRoot = join(above, 'node_modules', '@types')
      if (existsSync(join(typeRoot, 'node'))) return { types: ['node'], typeRoots: [typeRoot] }
      if (dirname(above) === above) break
    }
  }
  return {}
}

function isInstalled(dir: string): boolean {
  for (let folder = dir; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', 'selfsame', 'package.json'))) return true
    if (dirname(folder) === folder) return false
  }
}

type Run = { readonly status: number | null; readonly output: string }

function runTsc({ config, cwd }: { config: string; cwd: string }): Promise<Run> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, '--noEmit', '--pretty', 'false', '-p', config], {
      cwd,
      timeout: TYPE_CHECK_MS_MAX,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', failed)
    child.on('close', (status) => done({ status, output }))
  })
}

function findingsOf({ status, output }: Run, dir: string, selfsame: string): Finding[] {
  if (status === 0) return []
  const ourSources = dirname(realpathSync(selfsame)) + sep
  const findings: Finding[] = []
  let foreign = 0
  for (const line of output.split('\n')) {
    const [, name, row, column, code, message] = DIAGNOSTIC.exec(line) ?? []
    if (name === undefined || message === undefined) continue
    const path = resolve(dir, name)
    if (path.split(sep).includes('node_modules') || (existsSync(path) && realpathSync(path).startsWith(ourSources))) {
      foreign++
      continue
    }
    const place = { file: relative(dir, path).split(sep).join('/'), line: Number(row), column: Number(column) }
    const frame = existsSync(path) ? codeFrame(readFileSync(path, 'utf8'), place) : ''
    const because = `${message} (${code})`
    findings.push(finding('TYPE_ERROR', because, { place, frame }))
  }
  const general = GENERAL.exec(output)?.[1]
  if (general !== undefined || (findings.length === 0 && foreign === 0)) {
    const said = general ?? output.trim().split('\n')[0]
    const because = `TypeScript ended with status ${status}: ${said === '' ? 'it said nothing' : said}`
    return [finding('TYPE_CHECK_FAILED', because)]
  }
  return findings.sort(byPlace).slice(0, FINDINGS_MAX)
}
