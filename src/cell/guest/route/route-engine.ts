/** Runs a route: any number of requests at once, each with its streams and its calls. No state of its own. */
import type { CellToStore, Page, StoreToCell } from '../../../turn/index.ts'
import type { FromGuest, ToGuest } from '../../cell-items.ts'
import type { ToRoute } from '../../http-items.ts'
import { callsFactory } from '../engine/calls.ts'
import type { GuestEngine } from '../guest-engine.ts'
import { type App, Exchange } from './exchange.ts'
import { RouteWorld } from './world.ts'

export type RouteEngineOptions = {
  readonly app: App
  readonly toHost: (item: FromGuest) => void
  readonly toStore: (item: CellToStore) => void
}

type List = { readonly resolve: (keys: readonly string[]) => void; readonly reject: (error: Error) => void }

export function routeEngine({ app, toHost, toStore }: RouteEngineOptions): GuestEngine {
  const running = new Map<number, { readonly exchange: Exchange; readonly world: RouteWorld }>()
  const lists = new Map<number, List>()
  const calls = callsFactory()
  let lastList = 0
  let stopping = false

  const list = (of: { readonly component: string; readonly page: Page }) => {
    const id = ++lastList
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
    lists.set(id, { resolve, reject })
    toStore({ type: 'list', id, ...of })
    return promise
  }
  const stopIfIdle = () => {
    if (stopping && running.size === 0) toHost({ type: 'stopped' })
  }
  /** Calls may go on after the answer, as in a route that answers first and tidies up then. */
  const forgetIfOver = (id: number) => {
    const known = running.get(id)
    if (known?.exchange.finished && known.world.idle) running.delete(id)
    stopIfIdle()
  }
  const begin = (asked: Extract<ToRoute, { type: 'http' }>) => {
    const world = new RouteWorld({ id: asked.id, caller: asked.caller, calls, post: toHost, list })
    const exchange = new Exchange(asked, { app, world, post: toHost })
    running.set(asked.id, { exchange, world })
    void exchange.run(asked).then(() => forgetIfOver(asked.id))
  }
  const receive = (item: ToGuest) => {
    switch (item.type) {
      case 'http':
        return begin(item)
      case 'http-piece':
      case 'http-end':
      case 'http-abort':
      case 'http-taken':
      case 'called': {
        running.get(item.id)?.exchange.receive(item)
        return item.type === 'called' ? forgetIfOver(item.id) : undefined
      }
      case 'stop':
        stopping = true
        return stopIfIdle()
      default:
        // Nothing else is addressed to a route.
        return
    }
  }
  return {
    receive: (items) => items.forEach(receive),
    receiveStore(items: readonly StoreToCell[]) {
      for (const item of items) {
        const waiting = lists.get(item.id)
        lists.delete(item.id)
        if (item.type === 'listed') waiting?.resolve(item.keys)
        else if (item.type === 'failed') waiting?.reject(Object.assign(new Error(item.message), { code: item.code }))
      }
    },
  }
}
