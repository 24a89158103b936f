/** What waits in a mailbox: one message each, from wherever it comes, with what is remembered from earlier attempts. */
import type {
  Answer,
  Caller,
  ConnectionCause,
  OutboxRow,
  Payload,
  Recorded,
  RequestCause,
  TimerRow,
} from '../turn/index.ts'

type Remembered = {
  /** Deaths of its cell that it is suspected of. */
  kills: number
  /** Answers of the world to earlier attempts. */
  recorded: Recorded[]
}

export type RequestWork = Remembered & {
  readonly kind: 'request'
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly cause: RequestCause
}

/** A row of the outbox. Not before `notBeforeMs`, and not while an earlier row of the same sender is on its way. */
export type RowWork = Remembered & {
  readonly kind: 'row'
  readonly row: OutboxRow
  attempts: number
  notBeforeMs: number
}

export type TimerWork = Remembered & {
  readonly kind: 'timer'
  readonly timer: TimerRow
  attempts: number
  notBeforeMs: number
}

/** A connection came or went. `told` hears how the handler took it. */
export type ConnectionWork = Remembered & {
  readonly kind: 'connection'
  readonly cause: ConnectionCause
  readonly caller: Caller
  readonly told: (answer: Answer) => void
}

/** A read is no turn: it runs at once, beside whatever runs, and is held until what it saw is committed. */
export type ReadWork = {
  readonly kind: 'read'
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly told: (read: { answer: Answer; sequence: number; revision: number }) => void
  readonly arrivedMs: number
}

export type StoredWork = RowWork | TimerWork
export type TurnWork = RequestWork | StoredWork | ConnectionWork
export type Work = TurnWork | ReadWork

/** Who sent stored work, so that its order is kept; timers and the work of schedules have no sender to keep order for. */
export function senderOf(work: StoredWork): string | null {
  if (work.kind === 'timer' || work.row.sender === null) return null
  return `${work.row.sender.component}/${work.row.sender.key}`
}
