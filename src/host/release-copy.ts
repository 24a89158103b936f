/** The data folder keeps a copy of every release that was activated on it: what boots must not depend on a build folder. */
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRelease, type Release } from '../release/index.ts'

/** Copies into a temporary name, then renames: a copy that has its final name is whole. */
export async function keepRelease(release: Release, options: { dataFolder: string; suffix: string }): Promise<Release> {
  const folder = join(options.dataFolder, 'releases')
  const kept = join(folder, release.digest)
  if (release.path === kept) return release
  const exists = await stat(kept).then(
    () => true,
    () => false,
  )
  if (!exists) {
    release.verify()
    await mkdir(folder, { recursive: true })
    const temporary = join(folder, `.${release.digest}.${options.suffix}`)
    try {
      await cp(release.path, temporary, { recursive: true })
      await rename(temporary, kept)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
  }
  return openRelease(kept)
}
