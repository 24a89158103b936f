/**
 * Errors with a code, a cause in words and a remedy. Every room lists its own codes in its `errors.ts` with
 * `defineErrors`; every code has a page `docs/errors/<CODE>.md`. A retired code is never used again.
 */

type Facts = Readonly<Record<string, unknown>>
type ErrorKind<F> = { readonly message: (facts: F) => string; readonly remedy: string }
// `never` makes every message function assignable, whatever facts it asks for.
type ErrorKinds = Readonly<Record<string, ErrorKind<never>>>

/** An error that a person can act on. `code` is stable; `message` and `remedy` are for reading. */
export class SelfsameError extends Error {
  readonly code: string
  readonly remedy: string
  readonly facts: Facts

  constructor(what: { code: string; message: string; remedy: string; facts: Facts; cause?: unknown }) {
    super(what.message, what.cause === undefined ? undefined : { cause: what.cause })
    this.name = 'SelfsameError'
    this.code = what.code
    this.remedy = what.remedy
    this.facts = what.facts
  }
}

type Makers<K extends ErrorKinds> = {
  readonly [Code in keyof K & string]: (
    facts: K[Code] extends ErrorKind<infer F> ? F : never,
    cause?: unknown,
  ) => SelfsameError
}

/** Turns a table of kinds into one maker per code: `throw storeErrors.STORE_DAMAGED({ path })`. */
export function defineErrors<const K extends ErrorKinds>(kinds: K): Makers<K> {
  const makers: Record<string, (facts: Facts, cause?: unknown) => SelfsameError> = {}
  for (const [code, kind] of Object.entries(kinds)) {
    makers[code] = (facts, cause) =>
      new SelfsameError({ code, message: kind.message(facts as never), remedy: kind.remedy, facts, cause })
  }
  return makers as unknown as Makers<K>
}

/** The code of any thrown value: ours, Node's, or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
