/** Floor 2: builds releases and opens them. The only room that knows the bundler. */
export type { BuildOptions, BuildResult, Progress } from './build.ts'
export { buildRelease } from './door.ts'
export type { CellImage, Manifest, ReleaseFile } from './manifest.ts'
export { openRelease, type Release } from './open.ts'
