/** Codes with which the router answers callers, refuses admission, or buries a message. */
import { defineErrors } from '../base/index.ts'
import type { Issue } from '../schema/index.ts'

export const routerErrors = defineErrors({
  COMPONENT_UNKNOWN: {
    message: ({ component, hint }: { component: string; hint: string }) =>
      `There is no component '${component}'.${hint}`,
    remedy: 'Correct the name in the address.',
  },
  MESSAGE_NOT_KNOWN: {
    message: ({ component, message, hint }: { component: string; message: string; hint: string }) =>
      `The component '${component}' has no message '${message}'.${hint}`,
    remedy: 'Correct the name; `/openapi.json` lists the public messages.',
  },
  MESSAGE_NOT_PUBLIC: {
    message: ({ component, message }: { component: string; message: string }) =>
      `The message '${message}' of '${component}' may not be sent from here.`,
    remedy: "Clients may send messages with access: 'public'; components and routes those with 'system' as well.",
  },
  MESSAGE_NOT_READ: {
    message: ({ component, message }: { component: string; message: string }) =>
      `The message '${message}' of '${component}' is no read.`,
    remedy: 'Ask for reads; send everything else.',
  },
  KEY_INVALID: {
    message: ({ component, problem }: { component: string; problem: string }) =>
      `The key is none of '${component}': it ${problem}.`,
    remedy: 'Use a key that the contract accepts, of 1 to 512 characters.',
  },
  INPUT_INVALID: {
    message: ({ component, message, issues }: { component: string; message: string; issues: readonly Issue[] }) =>
      `The input of '${component}.${message}' is invalid: ${issues.map(({ path, message }) => `${path || 'it'} ${message}`).join('; ')}.`,
    remedy: 'Send what the contract declares; `/openapi.json` shows its schema.',
  },
  OVERLOADED: {
    message: ({ what }: { what: string }) => `Too much is waiting: ${what}. Nothing has happened.`,
    remedy: 'Try again after the stated time.',
  },
  OUTCOME_UNKNOWN: {
    message: ({ what }: { what: string }) => `It may have happened or not: ${what}.`,
    remedy: 'With an idempotency key the same call can be made again, and happens once.',
  },
  IDEMPOTENCY_MISMATCH: {
    message: ({ component, message }: { component: string; message: string }) =>
      `This idempotency key was used before for something else than this '${component}.${message}'.`,
    remedy: 'Use a new key for every new call, and the same one only to repeat a call unchanged.',
  },
  NOT_FOUND: {
    message: ({ component, key }: { component: string; key: string }) => `There is no '${component}/${key}'.`,
    remedy: 'Send a message that creates it first.',
  },
  HANDLER_FAILED: {
    message: ({ component, message, id }: { component: string; message: string; id: string }) =>
      `'${component}.${message}' failed, and nothing has happened. The log has the cause under ${id}.`,
    remedy: 'See `selfsame logs` for the cause.',
  },
  TURN_TIMEOUT: {
    message: ({ component, message, limitMs }: { component: string; message: string; limitMs: number }) =>
      `'${component}.${message}' was not done after ${limitMs} ms and was given up; nothing has happened.`,
    remedy: 'A turn should await short reads alone; keep long conversations in state and messages.',
  },
  CELL_KILLED: {
    message: ({ component, message, kills }: { component: string; message: string; kills: number }) =>
      `'${component}.${message}' has ended its cell ${kills} times and is not run again.`,
    remedy: 'See the faults of the cell in `selfsame status`, correct the handler, then retry the dead letter.',
  },
  COMMIT_FAILED: {
    message: ({ problem }: { problem: string }) =>
      `The store could not take the commit: ${problem}. Nothing has happened.`,
    remedy: 'Make room on the disk; what waits in the store is tried again by itself.',
  },
  STOPPING: {
    message: ({ what }: { what: string }) =>
      `The host is stopping and does not take ${what} any more. Nothing has happened.`,
    remedy: 'Try again when it is back.',
  },
})
