/** What a handler threw, as the fault that is reported: our own codes stay, everything else is HANDLER_FAILED. */
import { messageOf } from '../../../base/index.ts'
import type { Fault } from '../../../turn/index.ts'
import { engineErrors, isEngineError } from './errors.ts'

export function faultOf(thrown: unknown, handler: string): Fault {
  const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : ''
  if (isEngineError(thrown)) return { code: thrown.code, message: thrown.message, stack }
  const { code, message } = engineErrors.HANDLER_FAILED({ handler, reason: reasonOf(thrown) })
  return { code, message, stack }
}

/** `messageOf`, for values whose conversion to a text throws as well. */
function reasonOf(thrown: unknown): string {
  try {
    return messageOf(thrown)
  } catch {
    return 'a value that cannot be written as text'
  }
}
