/**
 * How a message comes to its end, and who is told: the caller outside who waits for it, the idempotency key that keeps
 * the answer, and the sender's continuation, which becomes a row of the outbox in the same transaction.
 */
import type { Address, Answer, Continuation, Payload, Settled } from '../turn/index.ts'
import { insertOutboxRow } from './outbox.ts'
import type { Effects, StoreState } from './state.ts'

export type Ending = {
  readonly answer: Answer
  readonly fate: 'reply' | 'rejection'
  /** What the continuation gets as `reply` or `rejection`. */
  readonly result: Payload
}

/** Who is to be told at the end. */
export type Origin = {
  readonly requests: readonly number[]
  /** A key of the entity that the message was for. */
  readonly idempotencyKey: string | null
  readonly sender: Address | null
  readonly continuation: Continuation | null
}

export const NOBODY: Origin = { requests: [], idempotencyKey: null, sender: null, continuation: null }

export function endingOf(outcome: Settled): Ending {
  switch (outcome.type) {
    case 'replied':
      return { answer: outcome, fate: 'reply', result: outcome.output }
    case 'rejected':
      return {
        answer: outcome,
        fate: 'rejection',
        result: `{"code":${JSON.stringify(outcome.code)},"data":${outcome.data}}`,
      }
    default:
      return outcome satisfies never
  }
}

/** An end that the host brings about: NOT_FOUND, UNDELIVERED, OUTCOME_UNKNOWN. */
export function endingBy({ code, message }: { readonly code: string; readonly message: string }): Ending {
  return {
    answer: { type: 'failed', code, message },
    fate: 'rejection',
    result: `{"code":${JSON.stringify(code)},"data":{}}`,
  }
}

/** Answers the callers outside and continues the sender. The idempotency key is the business of whoever wrote it. */
export function tell(
  state: StoreState,
  effects: Effects,
  { origin, ending, by }: { readonly origin: Origin; readonly ending: Ending; readonly by: Address },
): void {
  for (const request of origin.requests) effects.answers.push({ request, answer: ending.answer })
  const { sender, continuation } = origin
  if (sender === null || continuation === null) return
  const message = ending.fate === 'reply' ? continuation.then : continuation.otherwise
  if (message === null) return
  effects.outbox.push(
    insertOutboxRow(state, {
      to: sender,
      message,
      input: continuation.with,
      from: by,
      continuation: null,
      fate: ending.fate,
      result: ending.result,
    }),
  )
}
