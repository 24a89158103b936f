/**
 * Serves an engine on ports: collects what all of them bring in one event-loop tick, applies it as one batch, and
 * posts one array to each port. The same for the store thread and for a store inside the testkit's thread.
 *
 * Within a batch the cells' items stand before the router's calls: between two ports there is no order to keep, and
 * one transaction for all commits of the tick is faster than several with calls in between.
 */
import type { CellToStore, StoreCall, StoreToCell, StoreToRouter } from '../turn/index.ts'
import type { OwnCall } from './calls.ts'
import { ROUTER_PORT, type StoreEngine, type StoreItem, type StoreReply } from './engine.ts'
import { asStoreError } from './errors.ts'
import { BATCH_ITEMS_MAX } from './limits.ts'
import type { Port } from './port.ts'

export type CellPort = Port<StoreToCell, CellToStore>
export type RouterPort = Port<StoreToRouter, StoreCall>

export type ServeStore = {
  readonly engine: StoreEngine
  readonly router: RouterPort
  /** Runs its argument after all messages of this tick have been heard: `setImmediate`, or a test's own. */
  readonly schedule: (then: () => void) => void
  /** Runs after the last reply was posted. */
  readonly closed: () => void
}

export function serveStore({ engine, router, schedule, closed }: ServeStore): {
  addCell(port: CellPort): { remove(): void }
} {
  const cells = new Map<number, CellPort>()
  let lastPort = ROUTER_PORT
  let fromCells: StoreItem[] = []
  let fromRouter: StoreItem[] = []
  let scheduled = false
  const backups = new Set<Promise<void>>()
  let closing: OwnCall | undefined

  function apply() {
    scheduled = false
    const items = [...fromCells, ...fromRouter]
    fromCells = []
    fromRouter = []
    for (let from = 0; from < items.length; from += BATCH_ITEMS_MAX) {
      post(engine.applyBatch(items.slice(from, from + BATCH_ITEMS_MAX)))
    }
    if (closing !== undefined) void close(closing)
  }

  async function close({ id }: OwnCall) {
    // A backup holds the connection; its steps are short, and without commits it does not take long.
    await Promise.allSettled(backups)
    engine.close()
    router.postMessage([{ type: 'result', id, value: null }])
    closed()
  }

  function post(replies: readonly StoreReply[]) {
    const byPort = new Map<number, (StoreToCell | StoreToRouter)[]>()
    for (const { port, reply } of replies) {
      const list = byPort.get(port)
      if (list === undefined) byPort.set(port, [reply])
      else list.push(reply)
    }
    for (const [port, list] of byPort) {
      // The engine gives every port its own kind of reply.
      if (port === ROUTER_PORT) router.postMessage(list as StoreToRouter[])
      else cells.get(port)?.postMessage(list as StoreToCell[])
    }
  }

  function soon() {
    if (scheduled || closing !== undefined) return
    scheduled = true
    schedule(apply)
  }

  async function backUp(call: Extract<OwnCall, { name: 'backup' }>) {
    try {
      const value = await engine.backup(call.take.path)
      router.postMessage([{ type: 'result', id: call.id, value }])
    } catch (error) {
      const { code, message, remedy } = asStoreError(error, call.take.path)
      router.postMessage([{ type: 'failed', id: call.id, code, message, remedy }])
    }
  }

  router.on('message', (calls) => {
    for (const call of calls) {
      if (closing !== undefined) return
      if (call.name === 'backup') {
        const running = backUp(call).finally(() => backups.delete(running))
        backups.add(running)
      } else if (call.name === 'close') {
        soon()
        closing = call
      } else fromRouter.push({ port: ROUTER_PORT, item: call })
    }
    soon()
  })

  return {
    addCell(cell) {
      lastPort += 1
      const port = lastPort
      cells.set(port, cell)
      cell.on('message', (items) => {
        if (closing !== undefined && !scheduled) return
        for (const item of items) fromCells.push({ port, item })
        soon()
      })
      return { remove: () => void cells.delete(port) }
    },
  }
}
