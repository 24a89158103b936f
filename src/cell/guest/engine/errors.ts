/**
 * Everything that a turn is refused for. A turn that ends in one of these leaves no trace but the error: no state, no
 * message, no reply.
 */
import { defineErrors, SelfsameError } from '../../../base/index.ts'
import type { Issue } from '../../../schema/index.ts'

/** `bids[0].amount must be number; phase must be one of ...`: at most five, so that a log line stays readable. */
export function issuesText(issues: readonly Issue[]): string {
  const shown = issues.slice(0, 5).map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  return shown.join('; ') + (issues.length > 5 ? `; and ${issues.length - 5} more` : '')
}

type Invalid = { readonly issues: readonly Issue[] }

export const engineErrors = defineErrors({
  HANDLER_FAILED: {
    message: ({ handler, reason }: { handler: string; reason: string }) =>
      `The handler of '${handler}' threw: ${reason}`,
    remedy: 'See the stack in the log. To refuse a message as the contract allows, throw turn.reject(code, data).',
  },
  MESSAGE_NOT_HANDLED: {
    message: ({ component, message, hint }: { component: string; message: string; hint: string }) =>
      `Component '${component}' has no message '${message}'.${hint}`,
    remedy:
      'Keep the message in the contract as long as rows or clients may carry it, or say in a migration what becomes of it.',
  },
  INPUT_INVALID: {
    message: ({ message, issues }: { message: string } & Invalid) =>
      `The input of '${message}' does not satisfy its schema: ${issuesText(issues)}`,
    remedy:
      "Send what the contract declares. A continuation gets the fields of 'with', 'reply' and 'rejection' that its input names.",
  },
  STATE_INVALID: {
    message: ({ issues }: Invalid) => `The state does not satisfy its schema: ${issuesText(issues)}`,
    remedy: 'Keep the state within its schema: JSON values only, every field declared.',
  },
  INVARIANT_BROKEN: {
    message: ({ invariant, reason }: { invariant: string; reason: string }) =>
      `The invariant '${invariant}' does not hold${reason}`,
    remedy: 'Find the handler that lets the state break its rule, or correct the rule.',
  },
  INDEX_INVALID: {
    message: ({ index, got }: { index: string; got: string }) =>
      `The index '${index}' gave ${got}; expected a string, a finite number or a boolean`,
    remedy: 'Return one plain value from the index function, for every state that the schema allows.',
  },
  ENTITY_TOO_LARGE: {
    message: ({ bytes, limit }: { bytes: number; limit: number }) =>
      `The state would take ${bytes} bytes; an entity holds at most ${limit}`,
    remedy:
      'Split it: keep lists in entities of their own (one per item, or per period), found by an index. A turn that shrinks the record passes.',
  },
  REPLY_INVALID: {
    message: ({ message, issues }: { message: string } & Invalid) =>
      `The output of '${message}' does not satisfy its schema: ${issuesText(issues)}`,
    remedy: 'Return what the contract declares as output, the token of turn.defer(), or nothing if there is no output.',
  },
  REJECTION_INVALID: {
    message: ({ message, code, reason }: { message: string; code: string; reason: string }) =>
      `'${message}' cannot be rejected with '${code}': ${reason}`,
    remedy:
      "Reject with a code that the contract lists under the message's 'rejects', and with the data that it declares.",
  },
  REJECT_NOT_THROWN: {
    message: ({ message }: { message: string }) => `The handler of '${message}' returned turn.reject(...)`,
    remedy: 'Throw it: throw turn.reject(code, data).',
  },
  DEFER_NOT_RETURNED: {
    message: ({ message }: { message: string }) =>
      `The handler of '${message}' called turn.defer() and did not return the token`,
    remedy: 'Keep the token in the state, and return it in place of the output.',
  },
  DEFER_TWICE: {
    message: ({ message }: { message: string }) =>
      `The handler of '${message}' called turn.defer() twice; one caller waits for one answer`,
    remedy: 'Call turn.defer() once per turn and use its token wherever the answer is needed.',
  },
  DEADLINE_INVALID: {
    message: ({ deadline }: { deadline: string }) =>
      `A wait needs a deadline in milliseconds, above 0; got ${deadline}`,
    remedy: 'Pass turn.defer({ deadline: 5_000 }).',
  },
  TOKEN_INVALID: {
    message: ({ token, reason }: { token: string; reason: string }) => `${token} answers nobody: ${reason}`,
    remedy: 'Answer with the very text that turn.defer() gave, kept in the state.',
  },
  EVENT_INVALID: {
    message: ({ event, reason }: { event: string; reason: string }) =>
      `The event '${event}' cannot be published: ${reason}`,
    remedy: 'Publish events of your own contract, with the data that it declares.',
  },
  SEND_INVALID: {
    message: ({ to, reason }: { to: string; reason: string }) => `A message to ${to} cannot be sent: ${reason}`,
    remedy: "Send messages that the receiver's contract has, that are no reads, and that are not kept to itself.",
  },
  ASK_INVALID: {
    message: ({ to, reason }: { to: string; reason: string }) => `${to} cannot be asked: ${reason}`,
    remedy: 'Ask for reads of a contract, with a key. For everything else use turn.send.',
  },
  TIMER_INVALID: {
    message: ({ name, reason }: { name: string; reason: string }) => `The timer '${name}' cannot be set: ${reason}`,
    remedy: 'Write turn.after(milliseconds, name).message(input) with a message of your own contract that is no read.',
  },
  EFFECTS_TOO_MANY: {
    message: ({ what, limit }: { what: string; limit: number }) => `One turn has at most ${limit} ${what}`,
    remedy: 'Spread the work over several turns: let each send the next a message.',
  },
  FETCH_NOT_PERMITTED: {
    message: ({ component, host }: { component: string; host: string }) =>
      `Component '${component}' has no permission to fetch from '${host}'`,
    remedy: "Declare it: permissions: { fetch: ['<host>'] }.",
  },
  READ_WAITS: {
    message: ({ message }: { message: string }) =>
      `The read '${message}' returned a promise; a read answers at once from the state`,
    remedy: 'Let the handler of a read be no async function. What it needs from elsewhere belongs into the state.',
  },
  VERSION_UNKNOWN: {
    message: ({ key, version }: { key: string; version: string }) =>
      `The record '${key}' is written in version ${version}, which is not in the chain of this component`,
    remedy: 'Run a release whose chain of migrations contains that version.',
  },
  MIGRATION_FAILED: {
    message: ({ key, step, reason }: { key: string; step: number; reason: string }) =>
      `The record '${key}' cannot be brought up by migration ${step + 1}: ${reason}`,
    remedy: "Correct the migration's 'up' so that it takes every record of the version before.",
  },
  TURN_ENDED: {
    message: ({ use, turn }: { use: string; turn: number }) => `turn.${use} was used after turn ${turn} had ended`,
    remedy:
      'Await everything that the handler starts. Work that shall go on later is a message (turn.send) or a timer (turn.after).',
  },
})

/** Whether an error is one of the above: then the fault bears its code. What an author throws never does. */
export function isEngineError(error: unknown): error is SelfsameError {
  return error instanceof SelfsameError && Object.hasOwn(engineErrors, error.code)
}
