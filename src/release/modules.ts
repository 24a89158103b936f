/**
 * One name per module, the same on every machine: whatever is called `node_modules/.pnpm/...` here and `../../lib`
 * there must not decide a digest. A module is the author's own, a package's, or ours.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export type Package = {
  readonly name: string
  readonly version: string
  readonly license: string | null
  /** The folder with its `package.json`, absolute. */
  readonly folder: string
}

export type Module = {
  /** Absolute, symbolic links resolved. */
  readonly file: string
  /** Below the system's folder, `~workspace/<package>/...` for own code outside of it, `node_modules/<package>/...`. */
  readonly name: string
  /** null: the author's own. */
  readonly package: Package | null
}

export interface Modules {
  of(file: string): Module
}

/** `dir` is the folder of the system, `selfsame` the folder of our own sources; both with symbolic links resolved. */
export function modulesBelow({ dir, selfsame }: { dir: string; selfsame: string }): Modules {
  const packages = new Map<string, Package | null>()
  const packageAt = (folder: string): Package | null => {
    const known = packages.get(folder)
    if (known !== undefined) return known
    const found = readPackage(folder)
    packages.set(folder, found)
    return found
  }
  const nearestPackage = (file: string): Package | null => {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      const found = packageAt(folder)
      if (found !== null) return found
      if (dirname(folder) === folder) return null
    }
  }
  const inPackage = (file: string, found: Package, prefix: string): string =>
    `${prefix}/${found.name}/${slashes(relative(found.folder, file))}`

  return {
    of(file) {
      if (file.startsWith(selfsame + sep)) {
        const own = nearestPackage(file)
        return { file, name: own === null ? file : inPackage(file, own, 'node_modules'), package: own }
      }
      const folder = packageFolder(file)
      if (folder !== undefined) {
        const name = folder.slice(folder.lastIndexOf(`node_modules${sep}`) + `node_modules${sep}`.length)
        const found = packageAt(folder) ?? { name: slashes(name), version: '0.0.0', license: null, folder }
        return { file, name: inPackage(file, found, 'node_modules'), package: found }
      }
      if (file.startsWith(dir + sep)) return { file, name: slashes(relative(dir, file)), package: null }
      const own = nearestPackage(file)
      const name =
        own === null
          ? `~workspace/${slashes(relative(dir, file)).replaceAll('../', '~up/')}`
          : inPackage(file, own, '~workspace')
      return { file, name, package: null }
    },
  }
}

/** The folder right below the last `node_modules` of a path; two levels for a scoped package. */
function packageFolder(file: string): string | undefined {
  const parts = file.split(sep)
  const at = parts.lastIndexOf('node_modules')
  if (at < 0) return undefined
  return parts.slice(0, at + (parts[at + 1]?.startsWith('@') ? 3 : 2)).join(sep)
}

/** A `package.json` without a name, as in `dist/esm/`, only says how to read files; it makes no package. */
function readPackage(folder: string): Package | null {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return null
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
  const { name, version, license } = json as { name?: unknown; version?: unknown; license?: unknown }
  if (typeof name !== 'string' || name === '') return null
  return {
    name,
    version: typeof version === 'string' ? version : '0.0.0',
    license: typeof license === 'string' ? license : null,
    folder,
  }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
