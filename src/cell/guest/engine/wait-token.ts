/**
 * Tokens of `turn.defer()`. A token says which message waits, as a hash, so that an answer is checked against that
 * message's output; the rest is drawn from the turn's seed, in a stream of its own, so that deferring does not shift
 * what `turn.random()` gives. 45 characters, well within what the schema of `replyTo` allows.
 */
import type { Delivery } from '../../../turn/index.ts'
import { hashHex, SeededRandom } from './random.ts'

const MARK_LENGTH = 8

const markOf = (message: string) => hashHex(message).slice(0, MARK_LENGTH)

export function waitToken({ message, seed }: Delivery): string {
  return `${markOf(message)}-${new SeededRandom(`${seed}/wait`).uuid()}`
}

export interface WaitTokens {
  /** The message whose caller a token answers, or undefined for a text that is no token of this contract. */
  messageOf(token: string): string | undefined
}

export function waitTokens(messages: readonly string[]): WaitTokens {
  const known = new Map(messages.map((message) => [markOf(message), message]))
  return {
    messageOf: (token) => (token[MARK_LENGTH] === '-' ? known.get(token.slice(0, MARK_LENGTH)) : undefined),
  }
}
