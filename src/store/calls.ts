/** Every call by name. `reads` may run without a transaction of their own; all others are committed with their batch. */
import type { StoreCall, StoreCalls } from '../turn/index.ts'
import { bury, deadLetters, discardDeadLetter, refuse, retryDeadLetter } from './dead-letters.ts'
import { due } from './due.ts'
import { activate, generations } from './generations.ts'
import { keptAnswer } from './idempotency.ts'
import { listKeys } from './indexes.ts'
import { outboxPage, postpone } from './outbox.ts'
import { loadRecord, recordPage } from './record.ts'
import { declareSchedules } from './schedules.ts'
import type { StoreState } from './state.ts'
import { statistics } from './statistics.ts'
import { awaitKey } from './waits.ts'

/** What the engine cannot do within a batch: a backup takes many steps, and a close ends the engine. */
export type OwnCall = Extract<StoreCall, { name: 'backup' | 'close' }>
export type BatchCall = Exclude<StoreCall, OwnCall>

type Calls = {
  readonly [N in BatchCall['name']]: (state: StoreState, take: StoreCalls[N][0]) => StoreCalls[N][1]
}

const CALLS: Calls = {
  openEpoch(state, { component }) {
    const epoch = state.components.epochOpened(component)
    state.fences.openEpoch(component, epoch)
    return { epoch }
  },
  endEpoch(state, { component, epoch }) {
    state.fences.endEpoch(component, epoch)
    return null
  },
  revoke(state, { to, lease }) {
    state.fences.revoke(to, lease)
    return null
  },
  idempotent(state, at) {
    const kept = keptAnswer(state, at)
    return kept && { fingerprint: kept.fingerprint, answer: kept.answer }
  },
  awaitIdempotent: (state, at) => nothing(awaitKey(state, at)),
  due,
  postpone: (state, take) => nothing(postpone(state, take)),
  bury,
  refuse,
  deadLetters,
  retryDeadLetter,
  discardDeadLetter,
  schedules: (state, take) => nothing(declareSchedules(state, take)),
  get: loadRecord,
  list: (state, { component, page }) => listKeys(state, component, page),
  scan: recordPage,
  scanOutbox: outboxPage,
  statistics,
  activate,
  generations,
}

const READS: ReadonlySet<StoreCall['name']> = new Set([
  'endEpoch',
  'revoke',
  'idempotent',
  'deadLetters',
  'get',
  'list',
  'scan',
  'scanOutbox',
  'statistics',
  'generations',
] as const)

/** Whether the call may change the database. Ending an epoch or a lease changes the fences alone. */
export function writes({ name }: StoreCall): boolean {
  return !READS.has(name)
}

export function applyCall(state: StoreState, call: BatchCall): unknown {
  const apply = CALLS[call.name] as (state: StoreState, take: unknown) => unknown
  return apply(state, call.take)
}

function nothing(_done: void): null {
  return null
}
