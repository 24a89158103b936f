/** What one reading of the sources has learned; everything that looks for refusals is given it. */
import type { Locator } from './places.ts'
import type { Scope } from './scope.ts'
import type { Program } from './typescript.ts'
import type { Calls, Write } from './writes.ts'

export type Found = {
  readonly program: Program
  readonly scope: Scope
  readonly writes: readonly Write[]
  readonly calls: Calls
  readonly locate: Locator
}
