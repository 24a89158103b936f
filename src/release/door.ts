/**
 * What a build takes and gives. The build itself is loaded when it is asked for: a host that opens releases should not
 * load a bundler and a compiler for it.
 */
import type { Finding } from '../base/index.ts'
import type { Manifest } from './manifest.ts'

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

/**
 * Builds the release of a system. The same sources give the same digest in every folder and on every machine. All
 * refusals are found before anything is written, and a build that is killed leaves no release behind.
 */
export async function buildRelease(options: BuildOptions): Promise<BuildResult> {
  const { build } = await import('./build.ts')
  return await build(options)
}
