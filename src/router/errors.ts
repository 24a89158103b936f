/** Everything that the router answers on its own behalf, and the answers made of it. */
import { defineErrors, type SelfsameError } from '../base/index.ts'
import type { Issue } from '../schema/index.ts'
import type { Answer } from '../turn/index.ts'

type Message = { readonly component: string; readonly message: string }
type Hint = { readonly hint: string }

export const routerErrors = defineErrors({
  COMPONENT_UNKNOWN: {
    message: ({ component, hint }: { component: string } & Hint) => `There is no component '${component}'.${hint}`,
    remedy: 'Use the name that the contract was declared with. `selfsame status` lists what runs.',
  },
  MESSAGE_UNKNOWN: {
    message: ({ component, message, hint }: Message & Hint) =>
      `Component '${component}' has no such message '${message}'.${hint}`,
    remedy: 'Use a name of the contract; reads are asked for, all other messages are sent.',
  },
  MESSAGE_NOT_PUBLIC: {
    message: ({ component, message, access }: Message & { access: string }) =>
      `'${message}' of '${component}' has access '${access}', which does not include this sender.`,
    remedy: "Give the message the access it needs in its contract: 'public' for gateways, 'system' for components.",
  },
  KEY_INVALID: {
    message: ({ component, why }: { component: string; why: string }) => `This is no key of '${component}': ${why}.`,
    remedy: 'A key has 1 to 512 characters of well-formed Unicode and satisfies the key schema of its contract.',
  },
  INPUT_INVALID: {
    message: ({ component, message, why }: Message & { why: string }) =>
      `The input does not fit '${message}' of '${component}': ${why}.`,
    remedy: 'Send what the contract declares; the issues name the fields.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: ({ key }: { key: string }) =>
      `The idempotency key ${JSON.stringify(key)} was used before, for another message or input.`,
    remedy: 'Use a fresh key for each thing that is to be done once, and the same key only to repeat that very thing.',
  },
  NOT_FOUND: {
    message: ({ component, key }: { component: string; key: string }) => `There is no ${component}/${key}.`,
    remedy: 'Create it first, with a message that its contract marks with `creates`.',
  },
  OVERLOADED: {
    message: ({ why }: { why: string }) => `Not taken: ${why}. Nothing was done.`,
    remedy: 'Try again a little later.',
  },
  OUTCOME_UNKNOWN: {
    message: ({ why }: { why: string }) => `Nobody can say yet whether it was done: ${why}.`,
    remedy: 'Send it again under the same idempotency key, or read the state to see.',
  },
  HANDLER_FAILED: {
    message: ({ component, message }: Message) => `The handler of '${message}' of '${component}' failed.`,
    remedy: 'Find the id in `selfsame logs`; the line has the reason and the stack.',
  },
  TURN_TIMEOUT: {
    message: ({ component, message, limitMs }: Message & { limitMs: number }) =>
      `'${message}' of '${component}' was given up: its turn took longer than ${limitMs} ms.`,
    remedy: 'Look for an ask or a fetch that takes long; work in several steps belongs into several turns.',
  },
  CELL_KILLED: {
    message: ({ component, message, kills }: Message & { kills: number }) =>
      `'${message}' of '${component}' was given up: it ended its cell ${kills} times.`,
    remedy: 'Look for an endless loop or for memory without bound in its handler; `selfsame logs` has every end.',
  },
})

/** A failure, with what its reader can use beyond code and message. */
export type Failure = Extract<Answer, { type: 'failed' }> & {
  readonly remedy?: string
  readonly issues?: readonly Issue[]
  /** Where to find it in the log. */
  readonly id?: string
}
export type RouterAnswer = Exclude<Answer, { type: 'failed' }> | Failure

type Extra = { readonly issues?: readonly Issue[]; readonly id?: string; readonly retryAfterMs?: number }

export function failure({ code, message, remedy }: SelfsameError, extra: Extra = {}): Failure {
  return { type: 'failed', code, message, remedy, ...extra }
}
