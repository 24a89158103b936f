/**
 * Callers outside the store, each under a number, until they are answered. Every caller is answered once, by whichever
 * comes first:
 * - the end of its turn, or the settlement of its deferred wait;
 * - its deadline. A request that waits to be run is then taken out of the queue: OVERLOADED, nothing was done. One that
 *   is with a cell or the store goes on: OUTCOME_UNKNOWN, whatever happens to it. A deferred one has no deadline here:
 *   its wait in the store has one.
 *
 * A request stays open under its number until its turn has ended, also when its caller was told of the deadline:
 * retries under its idempotency key are held until then.
 */
import type { RequestCause } from '../turn/index.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { failure, type RouterAnswer, routerErrors } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import type { Work } from './work.ts'

type Open = {
  readonly work: Work | null
  readonly answer: (answer: RouterAnswer) => void
  readonly over: (answer: RouterAnswer) => void
  readonly deadline: Deadline
}

export type Opened = {
  /** What the caller is told. */
  readonly answer: Promise<RouterAnswer>
  /** How it really ended: the same, or later. */
  readonly over: Promise<RouterAnswer>
}

export type RequestsPowers = {
  readonly limits: RouterLimits
  readonly deadlines: Deadlines
  /** Takes a work out of the queue; false if it is not there. */
  readonly withdraw: (work: Work) => boolean
}

export class Requests {
  readonly #powers: RequestsPowers
  readonly #open = new Map<number, Open>()
  #last = 0

  constructor(powers: RequestsPowers) {
    this.#powers = powers
  }

  get size(): number {
    return this.#open.size
  }
  /** Those that a turn is to be run for, or is run. */
  get withTurn(): number {
    let count = 0
    for (const { work } of this.#open.values()) if (work !== null) count += 1
    return count
  }

  number(): number {
    this.#last += 1
    return this.#last
  }

  /** `work`: null if it only waits for somebody else's turn. */
  open(request: number, { work, deadlineMs }: { readonly work: Work | null; readonly deadlineMs: number }): Opened {
    const answer = Promise.withResolvers<RouterAnswer>()
    const over = Promise.withResolvers<RouterAnswer>()
    const deadline = this.#powers.deadlines.add(deadlineMs, () => this.#late(request, deadlineMs))
    this.#open.set(request, { work, answer: answer.resolve, over: over.resolve, deadline })
    return { answer: answer.promise, over: over.promise }
  }

  /** The caller waits for a token now, as long as the store lets it. */
  deferred(request: number): void {
    const open = this.#open.get(request)
    if (open === undefined) return
    open.deadline.cancel()
    this.#open.set(request, { ...open, work: null })
  }

  /** A number that is not open is of an earlier process, or was answered. */
  finish(request: number, answer: RouterAnswer): void {
    const open = this.#open.get(request)
    if (open === undefined) return
    this.#open.delete(request)
    open.deadline.cancel()
    open.answer(answer)
    open.over(answer)
  }

  isOpen(request: number): boolean {
    return this.#open.has(request)
  }

  /** The host stops: nobody is left without an answer. */
  finishAll(): void {
    for (const [request, { work }] of this.#open) {
      if (work !== null && this.#powers.withdraw(work)) this.finish(request, this.overloaded('the host stops'))
      else this.finish(request, unknown('the host stopped before it was known'))
    }
  }

  overloaded(why: string): RouterAnswer {
    return failure(routerErrors.OVERLOADED({ why }), { retryAfterMs: this.#powers.limits.retryAfterMs })
  }

  #late(request: number, deadlineMs: number): void {
    const open = this.#open.get(request)
    if (open === undefined) return
    if (open.work !== null && this.#powers.withdraw(open.work)) {
      this.finish(request, this.overloaded(`its turn did not come within ${deadlineMs} ms`))
    } else open.answer(unknown(`it was not done within ${deadlineMs} ms, and may still be`))
  }
}

export function unknown(why: string): RouterAnswer {
  return failure(routerErrors.OUTCOME_UNKNOWN({ why }))
}

export type Idempotency = NonNullable<RequestCause['idempotency']>
