/** The bill of materials: every package of which bytes came into a bundle, with a digest of exactly those files. */
import { readFileSync } from 'node:fs'
import type { BundledModule } from './bundle.ts'
import { digestOf } from './digest.ts'
import type { Manifest } from './manifest.ts'
import type { Package } from './modules.ts'

type Used = { readonly package: Package; readonly files: Map<string, string> }

/** `name@version` of each package in a bundle, sorted. */
export function packagesIn(modules: readonly BundledModule[]): string[] {
  const names = modules.flatMap(({ bytes, package: from }) =>
    bytes > 0 && from !== null ? [`${from.name}@${from.version}`] : [],
  )
  return [...new Set(names)].sort()
}

/**
 * Files are digested as they lie on disk, not as they were bundled: that is what can be compared with a registry.
 * A package's digest is that of the sorted lines `path digest` of its files.
 */
export function billOfMaterials(bundles: readonly (readonly BundledModule[])[]): Manifest['packages'] {
  const used = new Map<string, Used>()
  for (const { bytes, package: from, name, file } of bundles.flat()) {
    if (bytes === 0 || from === null) continue
    const key = `${from.name}@${from.version}`
    const entry = used.get(key) ?? { package: from, files: new Map() }
    used.set(key, entry)
    if (!entry.files.has(name)) entry.files.set(name, digestOf(readFileSync(file)))
  }
  return [...used]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([
        ,
        {
          package: { name, version, license },
          files,
        },
      ]) => {
        const lines = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, digest]) => `${path} ${digest}\n`)
        return { name, version, license, digest: digestOf(lines.join('')) }
      },
    )
}
