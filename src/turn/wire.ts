/**
 * How a batch of items travels between threads: as one JSON text. The few kinds that travel by the ten thousand go by
 * position instead of by name, and leave out what is nearly always the same; all others are plain JSON. A structured
 * clone of the same objects costs three to four times as much (`npm run bench -- wire`), and it is most of what a hop costs.
 *
 * `unpack(pack(items))` equals `items`, for every kind of item; what a member cannot be in JSON no item has.
 */
import type { Caller } from './caller.ts'
import type { Cause } from './cause.ts'
import type { Change, Commit, Verdict } from './commit.ts'
import type { Delivery } from './delivery.ts'
import type { Outcome, Payload } from './outcome.ts'

type Item = { readonly type: string }
type Committed = Extract<Verdict, { type: 'committed' }>

/** Tags of the kinds that go by position. One character each: they are part of every item. */
const TURN = 't'
const READ = 'r'
const COMMIT = 'c'
const COMMITTED = 'v'
const COMMITTING = 'i'

/** Stands where a list is empty. */
type ListOf<T> = readonly T[] | 0

export function pack(items: readonly Item[]): string {
  return JSON.stringify(items.map(packItem))
}

/** The items of a text that `pack` made. `T` is what the port carries. */
export function unpack<T extends Item>(text: string): T[] {
  return (JSON.parse(text) as unknown[]).map((packed) => (Array.isArray(packed) ? unpackItem(packed) : packed) as T)
}

function packItem(item: Item): unknown {
  switch (item.type) {
    case 'turn':
    case 'read':
      return packDelivery(item as Delivery)
    case 'commit':
      return packCommit((item as unknown as { commit: Commit }).commit)
    case 'verdict': {
      const { verdict } = item as unknown as { verdict: Verdict }
      return verdict.type === 'committed' ? packCommitted(verdict) : item
    }
    case 'committing':
      return [COMMITTING, (item as unknown as { turn: number }).turn]
    default:
      return item
  }
}

function unpackItem(packed: unknown[]): Item {
  switch (packed[0]) {
    case TURN:
    case READ:
      return unpackDelivery(packed as PackedDelivery)
    case COMMIT:
      return { type: 'commit', commit: unpackCommit(packed as PackedCommit) } as Item
    case COMMITTED:
      return { type: 'verdict', verdict: unpackCommitted(packed as PackedCommitted) } as Item
    case COMMITTING:
      return { type: 'committing', turn: packed[1] } as Item
    default:
      throw new Error(`Selfsame bug: an item of kind ${String(packed[0])} came by position`)
  }
}

// ---- deliveries
type PackedDelivery = [
  typeof TURN | typeof READ,
  number,
  string,
  string,
  number,
  string,
  Payload,
  string | Caller,
  number | Cause,
  number,
  string,
  ListOf<Delivery['recorded'][number]>,
  Payload?,
]

function packDelivery(delivery: Delivery): PackedDelivery {
  const { type, turn, to, lease, message, input, caller, cause, nowMs, seed, recorded, result } = delivery
  const tag = type === 'turn' ? TURN : READ
  const packed: PackedDelivery = [
    tag,
    turn,
    to.component,
    to.key,
    lease,
    message,
    input,
    packCaller(caller),
    packCause(cause),
    nowMs,
    seed,
    packList(recorded),
  ]
  if (result !== undefined) packed.push(result)
  return packed
}

function unpackDelivery(packed: PackedDelivery): Delivery {
  const [tag, turn, component, key, lease, message, input, caller, cause, nowMs, seed, recorded, result] = packed
  const delivery: Delivery = {
    type: tag === TURN ? 'turn' : 'read',
    turn,
    to: { component, key },
    lease,
    message,
    input,
    caller: unpackCaller(caller),
    cause: unpackCause(cause),
    nowMs,
    seed,
    recorded: recorded || [],
  }
  return result === undefined ? delivery : { ...delivery, result }
}

// ---- commits
type PackedCommit = [
  typeof COMMIT,
  number,
  string,
  string,
  string,
  string | Caller,
  number,
  number,
  number,
  string,
  number,
  number | Cause,
  string | Change,
  ListOf<{ name: string; value: string | number | boolean }>,
  Payload | Outcome,
  number | null,
  ListOf<Commit['sends'][number]>,
  ListOf<Commit['timers'][number]>,
  ListOf<Commit['events'][number]>,
  ListOf<Commit['replies'][number]>,
]

function packCommit(commit: Commit): PackedCommit {
  const { turn, to, message, caller, epoch, lease, base, version, nowMs, cause, change, outcome, waitUntilMs } = commit
  const isPut = change.type === 'put'
  return [
    COMMIT,
    turn,
    to.component,
    to.key,
    message,
    packCaller(caller),
    epoch,
    lease,
    base,
    version,
    nowMs,
    packCause(cause),
    isPut ? change.state : change,
    isPut ? packList(change.indexes) : 0,
    outcome.type === 'replied' ? outcome.output : outcome,
    waitUntilMs,
    packList(commit.sends),
    packList(commit.timers),
    packList(commit.events),
    packList(commit.replies),
  ]
}

function unpackCommit(packed: PackedCommit): Commit {
  const [, turn, component, key, message, caller, epoch, lease, base, version, nowMs, cause, change, indexes] = packed
  const outcome = packed[14]
  return {
    turn,
    to: { component, key },
    message,
    caller: unpackCaller(caller),
    epoch,
    lease,
    base,
    version,
    nowMs,
    cause: unpackCause(cause),
    change: typeof change === 'string' ? { type: 'put', state: change, indexes: indexes || [] } : change,
    outcome: isOutcome(outcome) ? outcome : { type: 'replied', output: outcome },
    waitUntilMs: packed[15],
    sends: packed[16] || [],
    timers: packed[17] || [],
    events: packed[18] || [],
    replies: packed[19] || [],
  }
}

// ---- verdicts
type PackedCommitted = [
  typeof COMMITTED,
  number,
  string,
  string,
  number,
  number,
  0 | 1,
  ListOf<Committed['events'][number]>,
  ListOf<Committed['answers'][number]>,
  ListOf<Committed['outbox'][number]>,
  number | null,
]

function packCommitted({
  turn,
  to,
  commit,
  revision,
  destroyed,
  events,
  answers,
  outbox,
  dueMs,
}: Committed): PackedCommitted {
  return [
    COMMITTED,
    turn,
    to.component,
    to.key,
    commit,
    revision,
    destroyed ? 1 : 0,
    packList(events),
    packList(answers),
    packList(outbox),
    dueMs,
  ]
}

function unpackCommitted(packed: PackedCommitted): Committed {
  const [, turn, component, key, commit, revision, destroyed, events, answers, outbox, dueMs] = packed
  return {
    type: 'committed',
    turn,
    to: { component, key },
    commit,
    revision,
    destroyed: destroyed === 1,
    events: events || [],
    answers: answers || [],
    outbox: outbox || [],
    dueMs,
  }
}

// ---- members
function packList<T>(list: readonly T[]): ListOf<T> {
  return list.length === 0 ? 0 : list
}

function packCaller(caller: Caller): string | Caller {
  return caller.connection === null ? caller.identity : caller
}

function unpackCaller(packed: string | Caller): Caller {
  return typeof packed === 'string' ? { identity: packed, connection: null } : packed
}

function packCause(cause: Cause): number | Cause {
  return cause.type === 'request' && cause.idempotency === null ? cause.request : cause
}

function unpackCause(packed: number | Cause): Cause {
  return typeof packed === 'number' ? { type: 'request', request: packed, idempotency: null } : packed
}

function isOutcome(packed: PackedCommit[14]): packed is Outcome {
  return typeof packed === 'object' && packed !== null
}
