/** One verdict of a check, as a person reads it: what, where, because, and what would make it pass. */
import type { SelfsameError } from './errors.ts'

export type Severity = 'refusal' | 'warning' | 'note'

export type Place = { readonly file: string; readonly line: number; readonly column: number }

export type Finding = {
  readonly code: string
  readonly severity: Severity
  readonly place?: Place
  /** The smallest fact that leads to this verdict, in one sentence. */
  readonly because: string
  /** What the reader can do about it, in one sentence. */
  readonly remedy: string
  /** The lines around the place, with a caret below the column. */
  readonly frame?: string
}

/** A finding from one of a room's errors, so that a code means the same whether it is thrown or collected. */
export function findingOf(error: SelfsameError, severity: Severity = 'refusal'): Finding {
  return { code: error.code, severity, because: error.message, remedy: error.remedy }
}
