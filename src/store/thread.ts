/** Entry of the store thread: builds its powers, opens the data folder, serves until it is told to close. */
import { randomUUID } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/index.ts'
import type { CellToStore, StoreCall, StoreToCell, StoreToRouter } from '../turn/index.ts'
import { openDataFolder } from './data-folder.ts'
import { asStoreError } from './errors.ts'
import { packedPort } from './packed-port.ts'
import { serveStore } from './serve.ts'
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './thread-protocol.ts'

assert(parentPort !== null, 'the store thread is a worker')
main({ host: parentPort, data: workerData as StoreThreadData })

function main({ host, data }: { readonly host: NonNullable<typeof parentPort>; readonly data: StoreThreadData }): void {
  const tell = (message: FromStoreThread) => host.postMessage(message)
  const { dataFolder, limits, router } = data
  let opened: ReturnType<typeof openDataFolder>
  try {
    opened = openDataFolder({ dataFolder, limits, monotonicMs: () => performance.now(), newStoreId: randomUUID })
  } catch (error) {
    const { code, message, remedy, facts } = asStoreError(error, dataFolder)
    tell({ type: 'refused', error: { code, message, remedy, facts } })
    router.close()
    return
  }
  const ports = new Set([router, host])
  const server = serveStore({
    engine: opened.engine,
    router: packedPort<StoreToRouter, StoreCall>(router),
    schedule: (then) => void setImmediate(then),
    closed() {
      opened.close()
      for (const port of ports) port.close()
    },
  })
  host.on('message', ({ port }: ToStoreThread) => {
    const cell = server.addCell(packedPort<StoreToCell, CellToStore>(port))
    ports.add(port)
    port.on('close', () => {
      cell.remove()
      ports.delete(port)
    })
  })
  tell({ type: 'opened' })
}
