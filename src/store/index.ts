/** The store: SQLite, the only truth. Everything else in a host is disposable. */

export type { BatchCall } from './calls.ts'
export { checkStore } from './check.ts'
export type { StoreClient } from './client.ts'
export { ROUTER_PORT, type StoreEngine, type StoreItem, type StoreReply } from './engine.ts'
export { storeErrors } from './errors.ts'
export type { StoreHandle } from './handle.ts'
export { inProcessStore } from './in-process.ts'
export { OUTBOX_ROWS_MAX, type StoreLimits } from './limits.ts'
export { type OpenStore, openStore } from './open.ts'
export { localChannel, type Port } from './port.ts'
export { type Restore, type Restored, restoreStore } from './restore.ts'
export { type StartStore, startStore } from './start.ts'
