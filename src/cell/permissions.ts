/**
 * Node's permission model for one worker, as a layer under SES and the absence of `require`. A guest reads its own
 * files while it starts, and nothing after. Node's documentation says that this is no barrier against malicious code;
 * it is a second lock on the same door.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { resolve } = createRequire(import.meta.url)

/** The file of SES, beyond all links: some package managers build node_modules of them, which a guest may not follow. */
export const sesFile = (): string => resolve('ses')

/** Arguments for a hardened worker: it may read Selfsame's and SES's own files, and use the cache; no child processes, no addons. */
export function guestPermissions(cacheFolder: string | undefined): readonly string[] {
  const rooms = join(dirname(fileURLToPath(import.meta.url)), '..')
  const ses = dirname(resolve('ses/package.json'))
  const readable = [join(rooms, '*'), join(rooms, '..', 'package.json'), join(ses, '*')]
  const cache = cacheFolder === undefined ? [] : [cacheFolder, join(cacheFolder, '*')]
  return [
    '--permission',
    ...[...readable, ...cache].map((path) => `--allow-fs-read=${path}`),
    ...cache.map((path) => `--allow-fs-write=${path}`),
  ]
}
