/**
 * Reads: for callers outside, for turns that ask, for attachments. A read is no turn: it waits for no other work of its
 * entity, so turns that ask each other in a circle are answered. It changes nothing, so one that comes to no end within
 * its deadline has done nothing, and the caller may try again.
 */
import type { Random } from '../base/index.ts'
import type { Address, Caller, Payload } from '../turn/index.ts'
import { admit, type Contracts, type From, failureOf } from './admission.ts'
import { notFound } from './attachments.ts'
import type { Deadlines } from './deadlines.ts'
import type { RouterAnswer } from './errors.ts'
import type { Work, WorkEnd } from './work.ts'

export type Read = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly from: From
}
/** `revision` and `sequence` are those of the state that was read; 0 where there was none. */
export type ReadAnswer = { readonly answer: RouterAnswer; readonly sequence: number; readonly revision: number }

export type ReadsPowers = {
  readonly contracts: Contracts
  readonly random: Random
  readonly deadlines: Deadlines
  readonly add: (work: Work) => void
  /** Takes it out of the queue, or makes its attempt count no more. */
  readonly abandon: (work: Work) => void
  readonly failed: (work: Work, end: Extract<WorkEnd, { type: 'faulted' }>) => RouterAnswer
  readonly overloaded: (why: string) => RouterAnswer
  /** Why there is no room for another read from outside, or null. */
  readonly crowded: () => string | null
}

export class Reads {
  readonly #powers: ReadsPowers
  readonly #open = new Map<Work, () => void>()

  constructor(powers: ReadsPowers) {
    this.#powers = powers
  }

  get size(): number {
    return this.#open.size
  }

  read(read: Read, { deadlineMs }: { readonly deadlineMs: number }): Promise<ReadAnswer> {
    const { contracts, random, crowded, overloaded, deadlines, add } = this.#powers
    const admitted = admit(contracts, { ...read, read: true })
    if ('error' in admitted) return Promise.resolve(without(failureOf(admitted)))
    const why = crowded()
    if (why !== null) return Promise.resolve(without(overloaded(why)))
    const { to, message, input, caller } = read
    return new Promise((resolve) => {
      const close = (answer: ReadAnswer) => {
        deadline.cancel()
        this.#open.delete(work)
        resolve(answer)
      }
      const work: Work = {
        to,
        message,
        input,
        caller,
        source: { type: 'read', ended: (end) => close(this.#answerTo(work, end)) },
        seed: random.hex(16),
        lane: null,
        faults: 0,
        kills: 0,
        away: false,
        recorded: [],
      }
      const giveUp = (why: string) => {
        this.#powers.abandon(work)
        close(without(overloaded(why)))
      }
      const deadline = deadlines.add(deadlineMs, () => giveUp(`it was not read within ${deadlineMs} ms`))
      this.#open.set(work, () => giveUp('the host stops'))
      add(work)
    })
  }

  /** The host stops: nobody is left without an answer. */
  finishAll(): void {
    for (const finish of [...this.#open.values()]) finish()
  }

  #answerTo(work: Work, end: WorkEnd): ReadAnswer {
    switch (end.type) {
      case 'answered':
        return { answer: end.outcome, sequence: end.sequence, revision: end.revision }
      case 'missing':
        return without(notFound(work.to))
      case 'faulted':
        return without(this.#powers.failed(work, end))
      case 'committed':
      case 'refused':
        throw new Error('Selfsame bug: a read does not commit')
      default:
        return end satisfies never
    }
  }
}

function without(answer: RouterAnswer): ReadAnswer {
  return { answer, sequence: 0, revision: 0 }
}
