/**
 * A route's `world`: what a request may ask of the system. It is no turn and commits nothing, so a send may wait for
 * any reply, deferred ones too. All of it is done in the name of the request's caller.
 */
import type { Caller, CallResult, Page } from '../../../turn/index.ts'
import type { FromRoute } from '../../http-items.ts'
import { type CallsFactory, isContract } from '../engine/calls.ts'
import { replyOf } from '../engine/rejection.ts'
import { routeErrors } from './errors.ts'

/** Calls of one request that may wait at a time. */
const CALLS_WAITING_MAX = 1_000

export type RouteCall = Extract<FromRoute, { type: 'call' }>

export type WorldPowers = {
  readonly id: number
  readonly caller: Caller
  readonly calls: CallsFactory
  readonly post: (call: RouteCall) => void
  readonly list: (of: { readonly component: string; readonly page: Page }) => Promise<readonly string[]>
}

export class RouteWorld {
  readonly #powers: WorldPowers
  readonly #waiting = new Map<number, (result: CallResult) => void>()
  #last = -1

  constructor(powers: WorldPowers) {
    this.#powers = powers
  }

  ask(to: unknown, key: unknown): object {
    return this.#through({ to, key, read: true })
  }

  send(to: unknown, key: unknown): object {
    return this.#through({ to, key, read: false })
  }

  list(of: unknown, page: Partial<Page>): Promise<readonly string[]> {
    if (!isContract(of)) throw routeErrors.CALL_INVALID({ to: String(of), reason: 'it is no contract' })
    const { limit, prefix = null, after = null, where = {} } = page
    if (!Number.isInteger(limit)) throw routeErrors.CALL_INVALID({ to: of.name, reason: 'a list has a limit' })
    const wanted = Object.entries(where as Readonly<Record<string, string | number | boolean>>)
    return this.#powers.list({
      component: of.name,
      page: { limit: limit as number, prefix, after, where: wanted.map(([name, value]) => ({ name, value })) },
    })
  }

  /** Ends one call. */
  called(call: number, result: CallResult): void {
    const settle = this.#waiting.get(call)
    this.#waiting.delete(call)
    settle?.(result)
  }

  /** Nothing is called any more, and nothing waits. */
  get idle(): boolean {
    return this.#waiting.size === 0
  }

  #through({ to, key, read }: { to: unknown; key: unknown; read: boolean }): object {
    if (!isContract(to)) throw routeErrors.CALL_INVALID({ to: String(to), reason: 'it is no contract' })
    if (typeof key !== 'string') throw routeErrors.CALL_INVALID({ to: to.name, reason: 'its key is no text' })
    const { id, caller, calls, post } = this.#powers
    const component = to.name
    return calls(to, async (message, input) => {
      const asked = `${component}/${key}.${message}`
      const { read: reads = false, access } = to.definition.messages[message] ?? {}
      if (access === 'self') throw routeErrors.CALL_INVALID({ to: asked, reason: 'it is kept to itself' })
      if (read && !reads) throw routeErrors.CALL_INVALID({ to: asked, reason: 'it is no read; send it' })
      if (this.#waiting.size >= CALLS_WAITING_MAX) {
        throw routeErrors.CALL_INVALID({ to: asked, reason: `${CALLS_WAITING_MAX} calls of this request wait already` })
      }
      const call = ++this.#last
      const text = input === undefined ? null : JSON.stringify(input)
      const { promise, resolve } = Promise.withResolvers<CallResult>()
      this.#waiting.set(call, resolve)
      post({ type: 'call', id, call, read: reads, to: { component, key }, message, input: text, caller })
      return replyOf(await promise, { component, message })
    })
  }
}
