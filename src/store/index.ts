/** The store: SQLite, the only truth. Everything else in a host is disposable. */

export type { BatchCall } from './calls.ts'
export type { StoreClient } from './client.ts'
export { ROUTER_PORT, type StoreEngine, type StoreItem, type StoreReply } from './engine.ts'
export type { StoreHandle } from './handle.ts'
export { inProcessStore } from './in-process.ts'
export type { StoreLimits } from './limits.ts'
export { type OpenStore, openStore } from './open.ts'
export { outboxPages, recordPages } from './pages.ts'
export type { Port } from './port.ts'
export { type Restore, type Restored, restoreStore } from './restore.ts'
export { type StartStore, startStore } from './start.ts'
