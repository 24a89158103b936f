/**
 * A route's cell as the gateway sees it: a function from request to response, both streamed. Bodies pass in pieces,
 * within a window in each direction, so that neither a slow client nor a slow route makes the host hold them whole.
 */
import { type FromRoute, HTTP_WINDOW_BYTES, type ToRoute } from '../cell/index.ts'
import type { RouteRequest, RouteResponse } from '../gateway/index.ts'
import { resultOf } from '../router/index.ts'
import type { Answer } from '../turn/index.ts'
import { hostErrors } from './errors.ts'

type Call = Extract<FromRoute, { type: 'call' }>

export type RoutePortOptions = {
  readonly name: string
  readonly send: (item: ToRoute) => void
  /** An ask or a send of the route's world. */
  readonly call: (call: Call) => Promise<Answer>
  readonly log: (line: { level: 'error'; message: string; stack: string }) => void
}

type Exchange = {
  readonly head: PromiseWithResolvers<RouteResponse>
  readonly pieces: (Uint8Array | null)[]
  /** Nobody reads a body that is not there: the end of the answer is the end of the exchange. */
  bodiless: boolean
  failed: Error | null
  /** Wakes the reader of the response. */
  wake: (() => void) | null
  /** Bytes of the request's body that may still be sent, and whoever waits for more. */
  window: number
  grown: (() => void) | null
}

export class RouteCell {
  readonly #options: RoutePortOptions
  readonly #exchanges = new Map<number, Exchange>()
  #next = 1

  constructor(options: RoutePortOptions) {
    this.#options = options
  }

  /** Requests that are not at their end. */
  get open(): number {
    return this.#exchanges.size
  }

  /** @throws ROUTE_THREW, ROUTE_INTERRUPTED; the body's iterator may throw them too, after the head has left. */
  answer(request: RouteRequest): Promise<RouteResponse> {
    const id = this.#next++
    const { send } = this.#options
    const exchange: Exchange = {
      head: Promise.withResolvers(),
      pieces: [],
      bodiless: false,
      failed: null,
      wake: null,
      window: HTTP_WINDOW_BYTES,
      grown: null,
    }
    this.#exchanges.set(id, exchange)
    const { method, url, headers, body, caller, signal } = request
    send({ type: 'http', id, method, url, headers, hasBody: body !== null, caller })
    signal.addEventListener('abort', () => this.#abandon(id), { once: true })
    if (body !== null) void this.#pump(id, exchange, body)
    return exchange.head.promise
  }

  receive(items: readonly FromRoute[]): void {
    for (const item of items) this.#take(item)
  }

  /** The cell is gone: whatever it had not finished breaks off. */
  ended(): void {
    for (const [id, exchange] of this.#exchanges) {
      this.#fail(id, exchange, hostErrors.ROUTE_INTERRUPTED({ route: this.#options.name }))
    }
  }

  #take(item: FromRoute): void {
    if (item.type === 'call') return this.#call(item)
    const exchange = this.#exchanges.get(item.id)
    if (exchange === undefined) return
    switch (item.type) {
      case 'http-head': {
        const { status, headers, hasBody } = item
        exchange.bodiless = !hasBody
        return exchange.head.resolve({ status, headers, body: this.#body(item.id, exchange) })
      }
      case 'http-piece':
        exchange.pieces.push(item.bytes)
        return exchange.wake?.()
      case 'http-end':
        exchange.pieces.push(null)
        if (exchange.bodiless) this.#abandon(item.id)
        return exchange.wake?.()
      case 'http-taken':
        exchange.window += item.bytes
        return exchange.grown?.()
      case 'http-failed': {
        const { name, log } = this.#options
        log({ level: 'error', message: `the route threw: ${item.message}`, stack: item.stack })
        return this.#fail(item.id, exchange, hostErrors.ROUTE_THREW({ route: name, problem: item.message }))
      }
      default:
        item satisfies never
    }
  }

  #call(call: Call): void {
    const { id, call: number } = call
    void this.#options.call(call).then((answer) => {
      this.#options.send({ type: 'called', id, call: number, result: resultOf(answer) })
    })
  }

  async *#body(id: number, exchange: Exchange): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = exchange.pieces.shift()
        if (piece === null) return
        if (piece !== undefined) {
          yield piece
          this.#options.send({ type: 'http-taken', id, bytes: piece.byteLength })
        } else if (exchange.failed !== null) {
          throw exchange.failed
        } else {
          await new Promise<void>((wake) => {
            exchange.wake = wake
          })
        }
      }
    } finally {
      this.#abandon(id)
    }
  }

  async #pump(id: number, exchange: Exchange, body: AsyncIterable<Uint8Array>): Promise<void> {
    const { send } = this.#options
    try {
      for await (const piece of body) {
        while (exchange.window <= 0 && exchange.failed === null) {
          await new Promise<void>((grown) => {
            exchange.grown = grown
          })
        }
        if (!this.#exchanges.has(id)) return
        exchange.window -= piece.byteLength
        send({ type: 'http-piece', id, bytes: piece })
      }
      send({ type: 'http-end', id })
    } catch {
      // The client broke off while it sent.
      this.#abandon(id)
    }
  }

  /** Nobody wants the rest: after the end this does nothing, in the middle it aborts the request in the cell. */
  #abandon(id: number): void {
    const exchange = this.#exchanges.get(id)
    if (exchange === undefined) return
    const finished = exchange.failed !== null || exchange.pieces.includes(null)
    if (!finished) this.#options.send({ type: 'http-abort', id })
    this.#fail(id, exchange, hostErrors.ROUTE_INTERRUPTED({ route: this.#options.name }))
  }

  #fail(id: number, exchange: Exchange, error: Error): void {
    this.#exchanges.delete(id)
    exchange.failed = error
    exchange.head.reject(error)
    exchange.wake?.()
    exchange.grown?.()
  }
}
