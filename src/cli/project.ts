/** From a folder that a person names to a release: opened if it is one, built if it is a project. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../base/index.ts'
import type { Release } from '../release/index.ts'
import { findingCounts, findingLines } from './findings.ts'
import type { Terminal } from './terminal.ts'

export type Built = {
  /** null: the project was refused, and the findings say why. */
  readonly release: Release | null
  readonly path: string | null
  readonly findings: readonly Finding[]
}

export function isRelease(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'))
}

/** Builds, with its progress on the terminal, and opens what was built. */
export async function buildProject(options: {
  readonly dir: string
  /** undefined: `releases` beside the system file. */
  readonly out: string | undefined
  readonly terminal: Terminal
}): Promise<Built> {
  const { dir, out, terminal } = options
  // Loaded when needed: it brings a bundler and a compiler, which `status` has no use for.
  const { buildRelease, openRelease } = await import('../release/index.ts')
  const progress = terminal.progress(`building ${dir}`)
  try {
    const built = await buildRelease({ dir, out, onProgress: ({ step, text }) => progress.update(`${step}: ${text}`) })
    if (built.type === 'refused') return { release: null, path: null, findings: built.findings }
    return { release: openRelease(built.path), path: built.path, findings: built.findings }
  } finally {
    progress.done()
  }
}

/** Findings go to stderr where the answer is something else (`run`), and to stdout where they are the answer. */
export function showFindings(
  findings: readonly Finding[],
  show: { readonly terminal: Terminal; readonly to: 'out' | 'err' },
): void {
  const { terminal, to } = show
  const paint = to === 'out' ? terminal.paint : terminal.paintErr
  for (const line of findingLines(findings, paint)) terminal[to](line)
  const counts = findingCounts(findings)
  if (counts !== '') terminal[to](counts)
}
