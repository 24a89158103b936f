/** Finds what is to be built, and where Selfsame's own sources lie. */
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Finding } from '../base/index.ts'
import { finding } from './errors.ts'

/** All absolute, with symbolic links resolved: what the bundler says is compared with them. */
export type Project = { readonly dir: string; readonly file: string }

export const SYSTEM_FILES = ['system.ts', 'system.tsx', 'system.js', 'system.mjs'] as const
const SOURCE = /\.[cm]?[jt]sx?$/

export function findSystem(given: string): Project | Finding {
  const path = resolve(given)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return missing(`There is no folder or file ${given}`)
  if (stat.isFile()) {
    if (!SOURCE.test(path)) return missing(`${given} is no TypeScript or JavaScript`)
    const file = realpathSync(path)
    return { dir: dirname(file), file }
  }
  const dir = realpathSync(path)
  const name = SYSTEM_FILES.find((file) => statSync(join(dir, file), { throwIfNoEntry: false })?.isFile())
  if (name === undefined) return missing(`There is no ${SYSTEM_FILES[0]} in ${basename(dir)}`)
  return { dir, file: join(dir, name) }
}

function missing(because: string): Finding {
  return finding('SYSTEM_MISSING', { because: `${because}.` })
}

/** `entry` is what `selfsame` stands for in an author's imports: the sources, or what was compiled of them. */
export function ourSources(): { readonly entry: string; readonly folder: string } {
  const folder = realpathSync(dirname(import.meta.dirname))
  return { entry: join(folder, `index${extname(import.meta.filename)}`), folder }
}
