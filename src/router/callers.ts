/**
 * Callers from outside that wait for an answer. Each is answered exactly once: by its turn, by the turn that ends its
 * wait, or by its deadline.
 */
import type { RouterAnswer } from './options.ts'

type Caller = { readonly answer: (answer: RouterAnswer) => void; readonly arrivedMs: number; isDeferred: boolean }

export class Callers {
  readonly #callers = new Map<number, Caller>()
  #next = 1
  /** How many are not deferred, and so have a deadline here. */
  #hasty = 0

  get size(): number {
    return this.#callers.size
  }

  get hasty(): number {
    return this.#hasty
  }

  add(nowMs: number): { readonly request: number; readonly answered: Promise<RouterAnswer> } {
    const request = this.#next++
    const { promise, resolve } = Promise.withResolvers<RouterAnswer>()
    this.#callers.set(request, { answer: resolve, arrivedMs: nowMs, isDeferred: false })
    this.#hasty += 1
    return { request, answered: promise }
  }

  answer(request: number, answer: RouterAnswer): void {
    const caller = this.#callers.get(request)
    if (caller === undefined) return
    this.#callers.delete(request)
    if (!caller.isDeferred) this.#hasty -= 1
    caller.answer(answer)
  }

  /** From now on it waits for as long as its token says. */
  defer(request: number): void {
    const caller = this.#callers.get(request)
    if (caller === undefined || caller.isDeferred) return
    caller.isDeferred = true
    this.#hasty -= 1
  }

  /** Those that arrived before; oldest first. */
  overdue(beforeMs: number): readonly number[] {
    const overdue: number[] = []
    for (const [request, { arrivedMs, isDeferred }] of this.#callers) {
      if (!isDeferred && arrivedMs <= beforeMs) overdue.push(request)
    }
    return overdue
  }

  all(): readonly number[] {
    return [...this.#callers.keys()]
  }
}
