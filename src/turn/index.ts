/** The vocabulary of a turn: what passes between gateway, router, cell and store. Types and closed lists only. */
export { type Address, addressText, KEY_LENGTH_MAX, parseAddress } from './address.ts'
export type { Caller } from './caller.ts'
export type { Cause, ConnectionCause, Continuation, MessageCause, RequestCause, TimerCause } from './cause.ts'
export type {
  Change,
  Commit,
  Indexed,
  NumberedEvent,
  OutboxRow,
  Published,
  Refusal,
  Send,
  TimerChange,
  Verdict,
} from './commit.ts'
export type { CallResult, Delivery, FetchedResponse, FetchRequest, FromCell, Recorded, ToCell } from './delivery.ts'
export {
  type Answer,
  type Fault,
  HOST_CODES,
  type HostCode,
  type Outcome,
  type Payload,
  type Settled,
} from './outcome.ts'
export type { EntityRecord, Page } from './record.ts'
export type {
  CellToStore,
  DeadLetter,
  Due,
  Generation,
  ScheduleRow,
  Store,
  StoreCall,
  StoreCalls,
  StoreResult,
  StoreStatistics,
  StoreToCell,
  StoreToRouter,
  TimerRow,
} from './store-port.ts'
export { pack, unpack } from './wire.ts'
