/**
 * Puts a release on disk, whole or not at all: everything is written into a folder beside it, made durable, and given
 * its name in one step. What a killed build leaves behind has no name that anyone would open, and the next build
 * removes it.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf } from '../base/index.ts'
import { openRelease } from './open.ts'

const PREFIX = '.unfinished-'
/** A build that is still at work is younger than this. */
const UNFINISHED_AGE_MS_MAX = 60 * 60 * 1_000

/** A release with this digest that is there and whole is left as it is; one that is damaged is replaced. */
export function writeRelease(of: {
  out: string
  digest: string
  files: ReadonlyMap<string, string | Uint8Array>
}): string {
  const path = join(of.out, of.digest)
  mkdirSync(of.out, { recursive: true })
  removeUnfinished(of.out)
  if (isWhole(path)) return path
  const temporary = join(of.out, `${PREFIX}${of.digest.slice(0, 12)}-${randomBytes(6).toString('hex')}`)
  try {
    const folders = new Set([temporary])
    for (const [name, content] of of.files) {
      const file = join(temporary, name)
      mkdirSync(dirname(file), { recursive: true })
      folders.add(dirname(file))
      writeFileSync(file, content, { flush: true })
    }
    for (const folder of folders) sync(folder)
    if (existsSync(path)) rmSync(path, { recursive: true })
    try {
      renameSync(temporary, path)
    } catch (error) {
      // Another build of the same sources was faster; it wrote the same bytes.
      if (!(codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') || !isWhole(path)) throw error
    }
    sync(of.out)
    return path
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function isWhole(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    openRelease(path).verify()
    return true
  } catch {
    return false
  }
}

function removeUnfinished(out: string): void {
  for (const name of readdirSync(out)) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(out, name)
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > UNFINISHED_AGE_MS_MAX) rmSync(folder, { recursive: true, force: true })
  }
}

function sync(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
