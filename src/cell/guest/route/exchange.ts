/** One request to a route, from its head to the last byte of its answer. */
import { codeOf, messageOf } from '../../../base/index.ts'
import type { FromRoute, ToRoute } from '../../http-items.ts'
import { routeErrors } from './errors.ts'
import { type RequestBody, requestBody } from './request-body.ts'
import { type ResponseBody, responseBody } from './response-body.ts'
import type { RouteWorld } from './world.ts'

type Asked = Extract<ToRoute, { type: 'http' }>
export type App = { fetch(request: Request, world: RouteWorld): Response | Promise<Response> }

export type ExchangePowers = {
  readonly app: App
  readonly world: RouteWorld
  readonly post: (item: FromRoute) => void
}

/** Statuses and methods that have no body. */
const BODILESS = [101, 204, 205, 304]

export class Exchange {
  readonly #id: number
  readonly #powers: ExchangePowers
  readonly #abort = new AbortController()
  readonly #body: RequestBody | null
  #response: ResponseBody | null = null
  /** Nothing more may be posted: the answer is whole, has failed, or is not wanted. */
  #over = false
  #finished = false

  constructor(asked: Asked, powers: ExchangePowers) {
    const { id } = asked
    this.#id = id
    this.#powers = powers
    this.#body = asked.hasBody ? requestBody((bytes) => powers.post({ type: 'http-taken', id, bytes })) : null
  }

  /** Settles when the exchange is over; never rejects. */
  async run({ url, method, headers }: Asked): Promise<void> {
    const { app, world, post } = this.#powers
    const id = this.#id
    try {
      const request = new Request(url, {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        signal: this.#abort.signal,
        ...(this.#body === null ? {} : { body: this.#body.stream, duplex: 'half' as const }),
      })
      const response: unknown = await app.fetch(request, world)
      if (this.#over) return
      if (!(response instanceof Response)) throw routeErrors.ROUTE_ANSWER_INVALID({ got: String(response) })
      await this.#answer(response, method)
      if (!this.#over) post({ type: 'http-end', id })
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? '') : ''
      const code = codeOf(error)
      const message = code === undefined ? messageOf(error) : `${code}: ${messageOf(error)}`
      if (!this.#over) post({ type: 'http-failed', id, message, stack })
    }
    this.#over = true
    this.#finished = true
  }

  /** The app's own work on the answer has come to its end. */
  get finished(): boolean {
    return this.#finished
  }

  async #answer({ status, statusText, headers, body }: Response, method: string): Promise<void> {
    const { post } = this.#powers
    const id = this.#id
    const hasBody = body !== null && method !== 'HEAD' && !BODILESS.includes(status)
    post({ type: 'http-head', id, status, statusText, headers: [...headers], hasBody })
    if (body === null) return
    if (!hasBody) return void body.cancel().catch(() => {})
    this.#response = responseBody(body, (bytes) => post({ type: 'http-piece', id, bytes }))
    await this.#response.sent
  }

  receive(item: Exclude<ToRoute, Asked>): void {
    switch (item.type) {
      case 'http-piece':
        this.#body?.piece(item.bytes)
        break
      case 'http-end':
        this.#body?.end()
        break
      case 'http-taken':
        this.#response?.taken(item.bytes)
        break
      case 'called':
        this.#powers.world.called(item.call, item.result)
        break
      case 'http-abort':
        this.#gone()
        break
      default:
        item satisfies never
    }
  }

  #gone(): void {
    if (this.#over) return
    this.#over = true
    const reason = new DOMException('The client has gone.', 'AbortError')
    this.#abort.abort(reason)
    this.#body?.abort(reason)
    this.#response?.abort(reason)
  }
}
