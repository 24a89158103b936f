/** An error as a person reads it: what is wrong, what can be done, and where to read more. */
import { codeOf, messageOf, SelfsameError } from '../base/index.ts'
import { cliErrors } from './errors.ts'
import { type ExitCode, exitCodeOf } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'
import { harmless } from './text.ts'

/** Prints it (as one line of JSON to stdout if that was asked for, because a log may stand before it) and returns the exit code that stands for it. */
export function showError(error: unknown, { terminal, json }: { terminal: Terminal; json: boolean }): ExitCode {
  const known =
    error instanceof SelfsameError ? error : cliErrors.UNEXPECTED_FAILURE({ reason: reasonOf(error) }, error)
  const { code, message, remedy } = known
  if (json) {
    terminal.out(JSON.stringify({ error: { code, message, remedy } }))
    return exitCodeOf(code)
  }
  terminal.err(`${terminal.paintErr('bad', 'error:')} ${harmless(message, { lines: true })}`)
  terminal.err(`  ${harmless(remedy, { lines: true })}`)
  terminal.err(`  ${terminal.paintErr('faint', `${code}: \`selfsame explain ${code}\` says more.`)}`)
  return exitCodeOf(code)
}

/** An error of Node says all in its message; any other is a bug, whose stack helps whoever gets the report. */
function reasonOf(error: unknown): string {
  if (codeOf(error) !== undefined || !(error instanceof Error)) return messageOf(error)
  return error.stack ?? error.message
}
