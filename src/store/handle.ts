/** The store as the host holds it, wherever it runs. */
import type { StoreClient } from './client.ts'

export interface StoreHandle<CellPort> extends StoreClient {
  /** The cell's end of a new channel (CellToStore out, StoreToCell in), to be handed to the cell. */
  connectCell(cell: string): CellPort
  /** Commits what has arrived, then closes the files. Calls after it fail with STORE_STOPPED. */
  close(): Promise<void>
  /** Resolves when the store has ended; `failed` if nobody asked it to. Then the host must end as well. */
  readonly terminated: Promise<{ readonly because: string; readonly failed: boolean }>
}
