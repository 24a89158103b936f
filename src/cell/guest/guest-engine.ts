/** What main.ts drives, whatever kind of cell it is. */
import type { StoreToCell } from '../../turn/index.ts'
import type { ToGuest } from '../cell-items.ts'

export interface GuestEngine {
  receive(items: readonly ToGuest[]): void
  receiveStore(items: readonly StoreToCell[]): void
}
