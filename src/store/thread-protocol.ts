/** What passes over the store thread's own port; turns and calls have channels of their own. */
import type { MessagePort } from 'node:worker_threads'
import type { StoreLimits } from './limits.ts'

export type StoreThreadData = {
  readonly dataFolder: string
  readonly limits: Partial<StoreLimits>
  readonly router: MessagePort
}

export type ToStoreThread = { readonly type: 'cell-port'; readonly cell: string; readonly port: MessagePort }

export type FromStoreThread =
  | { readonly type: 'opened' }
  | {
      readonly type: 'refused'
      readonly error: {
        readonly code: string
        readonly message: string
        readonly remedy: string
        readonly facts: Readonly<Record<string, unknown>>
      }
    }
