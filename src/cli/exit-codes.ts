/** What a script learns from a command without reading its output. Stable: a number never changes its meaning. */

export const EXIT_CODES = {
  ok: 0,
  /** It was refused, it failed, or a check did not hold. */
  failed: 1,
  /** The command line was not understood; nothing was tried. */
  usage: 2,
  hostNotRunning: 3,
  notFound: 4,
  /** By SIGINT (Ctrl-C), as a shell numbers it. */
  interrupted: 130,
  /** By a second SIGTERM, as a shell numbers it. */
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

const BY_ERROR: Readonly<Record<string, ExitCode>> = {
  VERB_UNKNOWN: EXIT_CODES.usage,
  OPTION_UNKNOWN: EXIT_CODES.usage,
  OPTION_INVALID: EXIT_CODES.usage,
  ARGUMENT_MISSING: EXIT_CODES.usage,
  ARGUMENT_INVALID: EXIT_CODES.usage,
  ARGUMENT_UNEXPECTED: EXIT_CODES.usage,
  HOST_NOT_RUNNING: EXIT_CODES.hostNotRunning,
  CELL_UNKNOWN: EXIT_CODES.notFound,
  COMPONENT_NOT_FOUND: EXIT_CODES.notFound,
  DEAD_LETTER_UNKNOWN: EXIT_CODES.notFound,
  ENTITY_UNKNOWN: EXIT_CODES.notFound,
  ERROR_PAGE_UNKNOWN: EXIT_CODES.notFound,
}

/** Every error that is not named here is a failure. */
export function exitCodeOf(errorCode: string): ExitCode {
  return Object.hasOwn(BY_ERROR, errorCode) ? (BY_ERROR[errorCode] ?? EXIT_CODES.failed) : EXIT_CODES.failed
}
