/**
 * One thing to be run by a cell, whatever asked for it, from admission to its end. A work may be attempted several
 * times; its seed and what it recorded stay, so that an attempt that is repeated does the same.
 */
import type {
  Address,
  Caller,
  Cause,
  Delivery,
  Fault,
  OutboxRow,
  Payload,
  Recorded,
  RequestCause,
  Settled,
  TimerRow,
  Verdict,
} from '../turn/index.ts'

export type Source =
  | { readonly type: 'request'; readonly request: number; readonly idempotency: RequestCause['idempotency'] }
  | { readonly type: 'row'; readonly row: OutboxRow }
  | { readonly type: 'timer'; readonly timer: TimerRow }
  | {
      readonly type: 'connection'
      readonly event: 'attached' | 'detached'
      readonly ended: (end: WorkEnd) => void
    }
  /** Reads change nothing: they are no turns and cause no commit. */
  | { readonly type: 'read'; readonly ended: (end: WorkEnd) => void }

export type Work = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly source: Source
  readonly seed: string
  /** Works of one entity and one lane are run in order, one after the other: what one sender sent. null: no order. */
  readonly lane: string | null
  /** Deliveries that faulted. */
  faults: number
  /** Cells that ended while they ran it. */
  kills: number
  /** Waits for its next attempt, or for the store to take it away. */
  away: boolean
  /** What an attempt that was given up had fetched. */
  recorded: Recorded[]
}

/** How the last attempt ended. `final` faults are not tried again. */
export type WorkEnd =
  | { readonly type: 'committed'; readonly verdict: Extract<Verdict, { type: 'committed' }> }
  | {
      readonly type: 'answered'
      readonly outcome: Settled
      readonly revision: number
      readonly sequence: number
    }
  | { readonly type: 'missing' }
  | { readonly type: 'faulted'; readonly fault: Fault; readonly turn: number; readonly final: boolean }
  /** The store did not take the commit, and it will not be tried again by itself. */
  | { readonly type: 'refused'; readonly verdict: Extract<Verdict, { type: 'refused' }> }

export function isTurn({ source }: Work): boolean {
  return source.type !== 'read'
}

/** Lies in the store: it may be forgotten here at any time and will be found again. */
export function isStored({ source }: Work): boolean {
  return source.type === 'row' || source.type === 'timer'
}

function causeOf({ source }: Work): Cause {
  switch (source.type) {
    case 'request':
      return source
    case 'row': {
      const { row, sender, continuation, fate } = source.row
      return { type: 'message', row, sender, continuation, fate }
    }
    case 'timer':
      return { type: 'timer', name: source.timer.name, row: source.timer.row }
    case 'connection':
      return { type: 'connection', event: source.event }
    case 'read':
      // A cause is a turn's; whoever runs a read looks at nothing but its number.
      return { type: 'request', request: 0, idempotency: null }
    default:
      return source satisfies never
  }
}

/** One attempt as the cell gets it. The number and the instant are the attempt's own, all else is the work's. */
export function deliveryOf(
  work: Work,
  attempt: { readonly turn: number; readonly lease: number; readonly nowMs: number },
): Delivery {
  const { to, message, input, caller, source, seed, recorded } = work
  return {
    type: isTurn(work) ? 'turn' : 'read',
    ...attempt,
    to,
    message,
    input,
    ...(source.type === 'row' && source.row.fate !== null ? { result: source.row.result } : {}),
    caller,
    cause: causeOf(work),
    seed,
    recorded,
  }
}
