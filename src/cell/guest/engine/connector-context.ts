/** The `turn` of a connector's handler: what a read has, and what it takes to deal with the world outside. */
import type { Delivery } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'
import { hashHex } from './random.ts'
import { ReadContext } from './read-context.ts'
import type { Shapes } from './shapes.ts'

type ConnectorGiven = {
  readonly shapes: Shapes
  readonly config: undefined
  readonly secrets: Readonly<Record<string, string>>
}

export class ConnectorContext extends ReadContext {
  readonly #attempt: Attempt
  readonly #secrets: Readonly<Record<string, string>>

  constructor(attempt: Attempt, given: ConnectorGiven) {
    super(attempt, given)
    this.#attempt = attempt
    this.#secrets = given.secrets
  }

  get secrets(): Readonly<Record<string, string>> {
    this.#attempt.assertRunning('secrets')
    return this.#secrets
  }

  get idempotencyKey(): string {
    this.#attempt.assertRunning('idempotencyKey')
    return idempotencyKeyOf(this.#attempt.delivery)
  }
}

/**
 * The same for every attempt of one message, and another for every other message: printable, 32 to 60 characters. A
 * message in the outbox is told by its row and by what it says, because a restored store may count its rows anew; a
 * caller's own key by that key; any other request by its seed, which nobody can send again.
 */
export function idempotencyKeyOf({ to, message, input, cause, caller, seed }: Delivery): string {
  const about = [to.component, to.key, message, input]
  switch (cause.type) {
    case 'message':
      return `${hashHex(JSON.stringify([...about, cause.sender]))}-${cause.row}`
    case 'timer':
      return `${hashHex(JSON.stringify([...about, cause.name]))}-${cause.row}`
    case 'request':
      return hashHex(JSON.stringify([...about, caller.identity, cause.idempotency?.key ?? seed]))
    case 'connection':
      return hashHex(JSON.stringify([...about, seed]))
    default:
      return cause satisfies never
  }
}
