/**
 * The `turn` of a read, and what every other one has too. After its turn has ended every use of it throws TURN_ENDED,
 * its properties included.
 */
import type { Caller } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'
import { rejectionData } from './rejection.ts'
import type { Shapes } from './shapes.ts'

export class ReadContext {
  readonly #attempt: Attempt
  readonly #shapes: Shapes
  readonly #config: unknown

  constructor(attempt: Attempt, given: { readonly shapes: Shapes; readonly config: unknown }) {
    this.#attempt = attempt
    this.#shapes = given.shapes
    this.#config = given.config
  }

  get key(): string {
    this.#attempt.assertRunning('key')
    return this.#attempt.delivery.to.key
  }

  get now(): number {
    this.#attempt.assertRunning('now')
    return this.#attempt.delivery.nowMs
  }

  get config(): unknown {
    this.#attempt.assertRunning('config')
    return this.#config
  }

  get caller(): { readonly identity: string; readonly connection: string | undefined } {
    this.#attempt.assertRunning('caller')
    const { identity, connection }: Caller = this.#attempt.delivery.caller
    return { identity, connection: connection ?? undefined }
  }

  log(message: string, data?: unknown): void {
    this.#attempt.assertRunning('log')
    this.#attempt.log(message, data)
  }

  /** Makes the error to throw. @throws REJECTION_INVALID */
  reject(code: string, data: unknown): Error {
    this.#attempt.assertRunning('reject')
    const text = rejectionData(this.#shapes, { message: this.#attempt.delivery.message, code, data })
    return this.#attempt.rejection(code, { data, text })
  }
}
