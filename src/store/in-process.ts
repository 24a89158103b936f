/** The store in the caller's own thread, behind the very ports that the thread has: for the testkit and simulations. */
import type { CellToStore, StoreCall, StoreToCell, StoreToRouter } from '../turn/index.ts'
import { storeClient } from './client.ts'
import type { StoreEngine } from './engine.ts'
import type { StoreHandle } from './handle.ts'
import { localChannel, type Port } from './port.ts'
import { serveStore } from './serve.ts'

export function inProcessStore(
  engine: StoreEngine,
  { schedule }: { readonly schedule: (then: () => void) => void },
): StoreHandle<Port<CellToStore, StoreToCell>> {
  const [near, far] = localChannel<StoreCall, StoreToRouter>(schedule)
  const client = storeClient({ port: near, schedule })
  const ended = Promise.withResolvers<{ because: string; failed: boolean }>()
  const because = 'it was closed'
  const closed = () => {
    // Posted before, so heard before: the result of `close` is told first.
    schedule(() => client.stop(because))
    ended.resolve({ because, failed: false })
  }
  const server = serveStore({ engine, router: far, schedule, closed })
  return {
    call: client.call,
    onVerdicts: client.onVerdicts,
    connectCell() {
      const [cell, store] = localChannel<CellToStore, StoreToCell>(schedule)
      server.addCell(store)
      return cell
    },
    close: async () => void (await client.call('close', null)),
    terminated: ended.promise,
  }
}
