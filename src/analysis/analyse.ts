/** Reads an author's sources once, and answers everything that the build asks about them. */
import type { Finding } from '../base/index.ts'
import { type Declaration, declarationsIn, type Import, importsIn } from './declarations.ts'
import { findDynamicCode } from './dynamic-code.ts'
import type { Found } from './found.ts'
import { findStateMisuse } from './handlers.ts'
import { findHidden } from './hidden-state.ts'
import { locator } from './places.ts'
import { scopeOf } from './scope.ts'
import { openProgram } from './typescript.ts'
import { callsIn, writesIn } from './writes.ts'

export type Sources = {
  /** Absolute path -> text. The author's own files alone: packages are not analysed. */
  readonly files: ReadonlyMap<string, string>
  /** Absolute path of the folder that the system stands in. */
  readonly root: string
  /** How a file is called in findings. @default its path below `root` */
  readonly nameOf?: ((file: string) => string) | undefined
  /** Bare import specifiers that stand for one of `files`, as in a monorepo. */
  readonly aliases?: ReadonlyMap<string, string> | undefined
}

export type Analysis = {
  readonly findings: readonly Finding[]
  readonly imports: readonly Import[]
  readonly declarations: readonly Declaration[]
}

/** Findings stand in the order of files and lines. `imports[].file` is an absolute path; places carry names. */
export function analyse({ files, root, nameOf, aliases }: Sources): Analysis {
  const below = (file: string) => (file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file)
  const program = openProgram({ files, root, aliases: aliases ?? new Map() })
  try {
    const locate = locator(nameOf ?? below)
    const scope = scopeOf(program)
    const calls = callsIn(program)
    const writes = writesIn(program, scope, calls)
    const found: Found = { program, scope, calls, writes, locate }
    return {
      findings: [...findHidden(found), ...findStateMisuse(found), ...findDynamicCode(found)].sort(byPlace),
      imports: importsIn(found),
      declarations: declarationsIn(found),
    }
  } finally {
    program.close()
  }
}

export function byPlace(a: Finding, b: Finding): number {
  const [left, right] = [a.place, b.place]
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
  if (left.file !== right.file) return left.file < right.file ? -1 : 1
  return left.line - right.line || left.column - right.column
}
