/**
 * The way into a build, which is loaded when it is asked for: a host that opens releases should not load a bundler and
 * a compiler for it.
 */
import type { BuildOptions, BuildResult } from './build.ts'

/**
 * Builds the release of a system. The same sources give the same digest in every folder and on every machine. All
 * refusals are found before anything is written, and a build that is killed leaves no release behind.
 */
export async function buildRelease(options: BuildOptions): Promise<BuildResult> {
  const { build } = await import('./build.ts')
  return await build(options)
}
