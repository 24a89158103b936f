/**
 * Opens a release, and lets nobody use a byte of it that its digest does not vouch for: the folder's name vouches for
 * the manifest, and the manifest for every file.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { canonicalJson, codeOf } from '../base/index.ts'
import { DIGEST, digestOf } from './digest.ts'
import { releaseErrors } from './errors.ts'
import type { Manifest, ReleaseFile } from './manifest.ts'

export const RELEASE_FORMAT = 1
export const MANIFEST = 'manifest.json'

export type Release = {
  readonly path: string
  readonly digest: string
  readonly manifest: Manifest
  /**
   * The bytes of a file that the manifest lists, checked.
   * @throws RELEASE_CORRUPT naming the file
   */
  read(file: string): Uint8Array
  /**
   * Checks every file.
   * @throws RELEASE_CORRUPT naming the first file that is not as it was built
   */
  verify(): void
}

/**
 * Opens the release in a folder. The digest to hold it to is the folder's name, or `digest` where the folder was given
 * another one.
 * @throws RELEASE_MISSING, RELEASE_CORRUPT, RELEASE_FORMAT_UNKNOWN
 */
export function openRelease(path: string, expected: { digest?: string | undefined } = {}): Release {
  const corrupt = (file: string, because: string) => releaseErrors.RELEASE_CORRUPT({ path, file, because })
  const bytes = readManifest(path)
  const digest = digestOf(bytes)
  const promised = expected.digest ?? (DIGEST.test(basename(path)) ? basename(path) : undefined)
  if (promised !== undefined && promised !== digest) throw corrupt(MANIFEST, `has digest ${digest}`)
  const manifest = parseManifest(bytes, path)
  if (canonicalJson(manifest) !== bytes.toString('utf8')) throw corrupt(MANIFEST, 'is not in its canonical form')

  const files = new Map(filesOf(manifest).map((file) => [file.path, file]))
  const read = (name: string): Uint8Array => {
    const file = files.get(name)
    if (file === undefined) throw corrupt(name, 'is not listed in its manifest')
    let content: Buffer
    try {
      content = readFileSync(join(path, name))
    } catch (error) {
      throw corrupt(name, `cannot be read (${codeOf(error) ?? 'unknown error'})`)
    }
    if (digestOf(content) !== file.digest) throw corrupt(name, 'does not have the digest that it was built with')
    return content
  }
  return {
    path,
    digest,
    manifest,
    read,
    verify() {
      for (const name of files.keys()) read(name)
    },
  }
}

/** Every file of a release but the manifest itself. */
export function filesOf(manifest: Manifest): ReleaseFile[] {
  const cells = manifest.cells.flatMap(({ script, validators, map }) => [
    script,
    ...(validators === null ? [] : [validators]),
    map,
  ])
  return [...cells, ...manifest.sources]
}

function readManifest(path: string): Buffer {
  try {
    return readFileSync(join(path, MANIFEST))
  } catch (error) {
    throw releaseErrors.RELEASE_MISSING({ path }, error)
  }
}

function parseManifest(bytes: Buffer, path: string): Manifest {
  let parsed: unknown
  try {
    parsed = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw releaseErrors.RELEASE_CORRUPT({ path, file: MANIFEST, because: 'is no JSON' }, error)
  }
  const format = typeof parsed === 'object' && parsed !== null && 'format' in parsed ? parsed.format : undefined
  if (format !== RELEASE_FORMAT) throw releaseErrors.RELEASE_FORMAT_UNKNOWN({ path, format: String(format) })
  return parsed as Manifest
}
