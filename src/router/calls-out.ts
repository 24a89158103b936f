/** What a running turn waits for: reads of other entities, and the host's fetch. Answers go back to the very attempt. */
import { messageOf } from '../base/index.ts'
import { addressText, type CallResult, type FromCell } from '../turn/index.ts'
import type { Lane } from './lane.ts'
import type { Attempt } from './mailbox.ts'
import type { RouterAnswer, RouterOptions } from './options.ts'
import type { ReadRequest } from './router.ts'

type Ask = Extract<FromCell, { type: 'ask' }>
type Fetch = Extract<FromCell, { type: 'fetch' }>

export class CallsOut {
  readonly #options: Pick<RouterOptions, 'cells' | 'fetch'>
  readonly #read: (request: ReadRequest) => Promise<{ answer: RouterAnswer }>

  constructor(
    options: Pick<RouterOptions, 'cells' | 'fetch'>,
    read: (request: ReadRequest) => Promise<{ answer: RouterAnswer }>,
  ) {
    this.#options = options
    this.#read = read
  }

  ask(lane: Lane, attempt: Attempt, { call, to, message, input }: Ask): void {
    const caller = { identity: addressText(attempt.mailbox.to), connection: null }
    void this.#read({ to, message, input, caller, from: 'system' }).then(({ answer }) => {
      const result: CallResult =
        answer.type === 'failed'
          ? { type: 'failed', code: answer.code, message: answer.message }
          : { type: 'settled', outcome: answer }
      this.#give(lane, attempt, call, result)
    })
  }

  /** Recorded with the work, so that the turn gets the same answer when it is run again. */
  fetch(lane: Lane, attempt: Attempt, { call, request }: Fetch): void {
    const { work } = attempt
    void this.#options
      .fetch(lane.component, request)
      .then(
        (response): CallResult => ({ type: 'fetched', response }),
        (error: unknown): CallResult => {
          const code =
            error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FETCH_FAILED'
          return { type: 'failed', code, message: messageOf(error) }
        },
      )
      .then((result) => {
        if (work.kind !== 'read' && result.type === 'fetched') {
          work.recorded.push({ call, request: JSON.stringify(request), result })
        }
        this.#give(lane, attempt, call, result)
      })
  }

  #give(lane: Lane, attempt: Attempt, call: number, result: CallResult): void {
    // The attempt may be over, or its cell another one: nobody waits then.
    if (lane.attempt(attempt.turn) !== attempt) return
    this.#options.cells.send(lane.component, { type: 'result', turn: attempt.turn, call, result })
  }
}
