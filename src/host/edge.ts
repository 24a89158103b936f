/** The edge cell as the host asks it: who a caller is, and the sums of the system's invariants. */
import type { FoldPlan, FromEdge, ToEdge } from '../cell/index.ts'
import { hostErrors } from './errors.ts'

type Question = ToEdge extends infer Item ? (Item extends ToEdge ? Omit<Item, 'id'> : never) : never

export class Edge {
  readonly #send: (item: ToEdge) => boolean
  readonly #log: (line: { level: 'warn' | 'error'; message: string; stack?: string }) => void
  readonly #waiting = new Map<number, PromiseWithResolvers<FromEdge>>()
  #next = 1

  constructor(options: {
    /** false: no cell serves at the moment. */
    send: (item: ToEdge) => boolean
    log: (line: { level: 'warn' | 'error'; message: string; stack?: string }) => void
  }) {
    this.#send = options.send
    this.#log = options.log
  }

  receive(items: readonly FromEdge[]): void {
    for (const item of items) {
      const waiting = this.#waiting.get(item.id)
      this.#waiting.delete(item.id)
      if (item.type === 'edge-failed') {
        this.#log({ level: 'error', message: item.message, stack: item.stack })
        waiting?.reject(hostErrors.EDGE_FAILED({ problem: item.message }))
      } else waiting?.resolve(item)
    }
  }

  ended(): void {
    for (const { reject } of this.#waiting.values()) reject(hostErrors.EDGE_FAILED({ problem: 'its cell ended' }))
    this.#waiting.clear()
  }

  /** null: refused. Rejects with EDGE_FAILED if nobody can tell at the moment. */
  async authenticate(request: {
    gateway: number
    method: string
    url: string
    headers: readonly (readonly [string, string])[]
  }): Promise<string | null> {
    const item = await this.#ask({ type: 'authenticate', ...request })
    if (item.type === 'identified') return item.identity
    if (item.type === 'unidentified') this.#log({ level: 'warn', message: `a caller was refused: ${item.reason}` })
    return null
  }

  async plans(): Promise<readonly FoldPlan[]> {
    const item = await this.#ask({ type: 'folds' })
    return item.type === 'folding' ? item.plans : []
  }

  async fold(piece: {
    invariant: string
    of: { component: string; message: string | null }
    texts: readonly string[]
  }): Promise<number> {
    const item = await this.#ask({ type: 'fold', ...piece })
    return item.type === 'folded' ? item.sum : Number.NaN
  }

  async holds(invariant: string, sum: number): Promise<boolean> {
    const item = await this.#ask({ type: 'holds', invariant, sum })
    return item.type === 'judged' && item.holds
  }

  #ask(question: Question): Promise<FromEdge> {
    const id = this.#next++
    const waiting = Promise.withResolvers<FromEdge>()
    // A cell that has ended has been told of: nobody would answer, and nobody would say so.
    if (!this.#send({ ...question, id } as ToEdge)) {
      return Promise.reject(hostErrors.EDGE_FAILED({ problem: 'its cell does not serve' }))
    }
    this.#waiting.set(id, waiting)
    return waiting.promise
  }
}
