/** The host's side of the store thread: starts it, hands it the cells' ports, and says when it has ended. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { messageOf, SelfsameError } from '../base/index.ts'
import type { StoreCall, StoreToRouter } from '../turn/index.ts'
import { storeClient } from './client.ts'
import { storeErrors } from './errors.ts'
import type { StoreHandle } from './handle.ts'
import type { StoreLimits } from './limits.ts'
import { packedPort } from './packed-port.ts'
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './thread-protocol.ts'

export type StartStore = {
  /** Must exist. Locked for this process until the store is closed. */
  readonly dataFolder: string
  readonly limits?: Partial<StoreLimits>
}

/**
 * @throws DATA_FOLDER_IN_USE, STORE_MISSING, STORE_DAMAGED, STORE_LAYOUT_UNKNOWN, STORE_UNREADABLE, STORE_FULL,
 * STORE_STOPPED
 */
export async function startStore({ dataFolder, limits = {} }: StartStore): Promise<StoreHandle<MessagePort>> {
  const { port1: near, port2: router } = new MessageChannel()
  // Run from the sources or from what was compiled of them: the entry has this file's own ending.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  const workerData: StoreThreadData = { dataFolder, limits, router }
  const worker = new Worker(entry, { workerData, transferList: [router], name: 'store', env: {}, execArgv: [] })
  const client = storeClient({
    port: packedPort<StoreCall, StoreToRouter>(near),
    schedule: (then) => void setImmediate(then),
  })
  const state = { closing: false, because: 'it was closed', failed: false }
  worker.on('error', (error) => {
    state.failed = true
    state.because = messageOf(error)
  })
  // The thread's exit may be told before its last replies; the end of its port never is.
  const lastHeard = new Promise<void>((resolve) => void near.once('close', resolve))
  const terminated = new Promise<{ because: string; failed: boolean }>((resolve) => {
    worker.on('exit', async (code) => {
      await lastHeard
      const failed = state.failed || !state.closing
      const because = failed && !state.failed ? `its thread ended with code ${code}` : state.because
      client.stop(because)
      resolve({ because, failed })
    })
  })
  await opened(worker, terminated)
  return {
    call: client.call,
    onVerdicts: client.onVerdicts,
    connectCell(cell) {
      const { port1, port2: port } = new MessageChannel()
      const message: ToStoreThread = { type: 'cell-port', cell, port }
      worker.postMessage(message, [port])
      return port1
    },
    async close() {
      state.closing = true
      await client.call('close', null)
      await terminated
    },
    terminated,
  }
}

function opened(worker: Worker, terminated: StoreHandle<MessagePort>['terminated']): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromStoreThread) => {
      switch (message.type) {
        case 'opened':
          return resolve()
        case 'refused':
          return reject(new SelfsameError(message.error))
        default:
          return message satisfies never
      }
    })
    void terminated.then(({ because }) => reject(storeErrors.STORE_STOPPED({ because })))
  })
}
