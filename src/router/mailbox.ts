/**
 * What one entity has before it: works that wait, works that fly (delivered to the cell, not yet at their end), and the
 * order between them. Pure state and functions on it; who delivers, and when, is the queue's business.
 *
 * Invariants (`assertConsistent`):
 * 1. a work is in one place only: ready, behind another in its lane, away, or in flight;
 * 2. of one lane only the first can be ready, away or flying unposted: the next may fly when the one before has posted
 *    its commit, because from there on it can only be refused, and what is refused takes all that follows with it
 *    (where works are independent it does not, so there the next waits for the end of the one before);
 * 3. all flights have the mailbox's lease, and while `paused` (that lease is being revoked) none is added;
 * 4. a cell computes the turns of an entity in order, so no unposted flight stands before a posted one (not so where
 *    works are independent: a connector runs them side by side);
 * 5. reports rest on flights that are posted.
 *
 * Revisions do not decide what a report rests on: they begin again after `destroy`. The cell tells in order what it
 * computed, so a report rests on the last commit that it announced before.
 */
import { assert } from '../base/index.ts'
import type { Address } from '../turn/index.ts'
import type { Work } from './work.ts'

/** One attempt, between its delivery and its end. */
export type Flight = {
  readonly turn: number
  readonly work: Work
  readonly mailbox: Mailbox
  readonly lease: number
  /** `sent`: not heard of. `posted`: its commit is on the way to the store. `reported`: its end is known, and waits. */
  state: 'sent' | 'posted' | 'reported'
  /** Since when it has held its entity, as far as it was looked at; null: not seen at the head yet. */
  headSinceMs: number | null
  /** Reports that may count once this one has committed. */
  readonly resting: (() => void)[]
}

/** Works in order; the first is the one that may run. Gone when it is empty. */
type Lane = Work[]

export type Mailbox = {
  readonly to: Address
  /** A cell's works on its state are computed one on top of the other; a connector has none. */
  readonly independent: boolean
  lease: number
  paused: boolean
  ready: Work[]
  readonly lanes: Map<string, Lane>
  readonly away: Set<Work>
  flights: Flight[]
  reads: Work[]
  readFlights: Flight[]
}

export function emptyMailbox(to: Address, { lease, independent }: { lease: number; independent: boolean }): Mailbox {
  return {
    to,
    independent,
    lease,
    paused: false,
    ready: [],
    lanes: new Map(),
    away: new Set(),
    flights: [],
    reads: [],
    readFlights: [],
  }
}

export function isIdle({ paused, ready, lanes, away, flights, reads, readFlights }: Mailbox): boolean {
  return (
    !paused &&
    ready.length + flights.length + reads.length + readFlights.length === 0 &&
    lanes.size === 0 &&
    away.size === 0
  )
}

export function enqueue(mailbox: Mailbox, work: Work): void {
  if (work.source.type === 'read') return void mailbox.reads.push(work)
  if (work.lane === null) return makeReady(mailbox, work)
  const lane = mailbox.lanes.get(work.lane)
  if (lane !== undefined) return void lane.push(work)
  mailbox.lanes.set(work.lane, [work])
  makeReady(mailbox, work)
}

function makeReady(mailbox: Mailbox, work: Work): void {
  if (work.away) mailbox.away.add(work)
  else mailbox.ready.push(work)
}

/** Its commit is on the way: the next of its lane may fly behind it, unless that would not fall with it. */
export function post(mailbox: Mailbox, flight: Flight): void {
  flight.state = 'posted'
  if (!mailbox.independent) leaveLane(mailbox, flight.work)
}

/** The work is at its end, and neither waits nor flies any more. */
export function finish(mailbox: Mailbox, work: Work): void {
  mailbox.away.delete(work)
  const lane = work.lane !== null && work.away ? mailbox.lanes.get(work.lane) : undefined
  // One before it may have come back meanwhile: then it stands behind.
  const at = lane?.indexOf(work) ?? 0
  if (at > 0) lane?.splice(at, 1)
  else leaveLane(mailbox, work)
}

/** Takes a work that waits out of the queue; false if it does not wait. For works without a lane. */
export function withdraw(mailbox: Mailbox, work: Work): boolean {
  const queue = work.source.type === 'read' ? mailbox.reads : mailbox.ready
  const at = queue.indexOf(work)
  if (at !== -1) queue.splice(at, 1)
  return at !== -1
}

function leaveLane(mailbox: Mailbox, work: Work): void {
  if (work.lane === null) return
  const lane = mailbox.lanes.get(work.lane)
  if (lane === undefined || lane[0] !== work) return
  lane.shift()
  const next = lane[0]
  if (next === undefined) mailbox.lanes.delete(work.lane)
  else makeReady(mailbox, next)
}

/** Landed with a fault: it keeps its place in its lane until `comeBack` or `finish`. */
export function stayAway(mailbox: Mailbox, work: Work): void {
  work.away = true
  mailbox.away.add(work)
}

export function comeBack(mailbox: Mailbox, work: Work): void {
  work.away = false
  if (mailbox.away.delete(work)) mailbox.ready.push(work)
}

/** Everything in flight is given up and waits again, in its order and before everything else, under a higher lease. */
export function giveUp(mailbox: Mailbox, lease: number): void {
  const { flights, readFlights } = mailbox
  mailbox.flights = []
  mailbox.readFlights = []
  mailbox.lease = lease
  mailbox.reads = [...readFlights.map(({ work }) => work), ...mailbox.reads]
  putFirst(
    mailbox,
    flights.map(({ work }) => work),
  )
}

/** Puts works that were in flight before all that waits, each into its lane again. */
function putFirst(mailbox: Mailbox, works: readonly Work[]): void {
  for (const work of works.toReversed()) {
    if (work.lane === null) continue
    const lane = mailbox.lanes.get(work.lane)
    if (lane === undefined) mailbox.lanes.set(work.lane, [work])
    else if (lane[0] !== work) lane.unshift(work)
  }
  const isFirst = (work: Work) => work.lane === null || mailbox.lanes.get(work.lane)?.[0] === work
  const waiting = mailbox.ready.filter(isFirst)
  for (const work of mailbox.away) if (!isFirst(work)) mailbox.away.delete(work)
  mailbox.ready = []
  for (const work of works) if (isFirst(work)) makeReady(mailbox, work)
  mailbox.ready.push(...waiting)
}

/** The last flight that has posted: what is computed now rests on it. */
export function lastPosted({ flights, independent }: Mailbox): Flight | undefined {
  return independent ? undefined : flights.findLast(({ state }) => state === 'posted')
}

export function assertConsistent(mailbox: Mailbox): void {
  const { ready, lanes, away, flights, reads, readFlights } = mailbox
  const flying = flights.map(({ work }) => work)
  const behind = [...lanes.values()].flatMap((lane) => lane.slice(1))
  const places = [ready, [...away], flying, behind, reads, readFlights.map(({ work }) => work)].flat()
  assert(new Set(places).size === places.length, 'a work is in one place only')
  for (const [name, lane] of lanes) {
    const first = lane[0]
    assert(first !== undefined, 'no lane is empty')
    assert(
      lane.every((work) => work.lane === name),
      'a lane holds its own works only',
    )
    const posted = flights.some(({ work, state }) => work === first && state === 'posted')
    assert(!posted || mailbox.independent, 'a work that has posted has left its lane')
  }
  for (const work of ready) {
    assert(!work.away, 'what is ready is not away')
    assert(work.lane === null || lanes.get(work.lane)?.[0] === work, 'what is ready is the first of its lane')
  }
  for (const work of away) assert(work.away, 'what is away is marked so')
  for (const { work, state } of flights) {
    const leads = work.lane === null || lanes.get(work.lane)?.[0] === work
    const left = state === 'posted' && !mailbox.independent
    assert(left || leads, 'of a lane only the first flies unposted')
  }
  for (const flight of [...flights, ...readFlights]) {
    assert(flight.lease === mailbox.lease, 'all flights have the lease of the mailbox')
    assert(flight.state === 'posted' || flight.resting.length === 0, 'reports rest on what is posted')
  }
  const unposted = flights.findIndex(({ state }) => state === 'sent')
  const after = unposted === -1 ? [] : flights.slice(unposted)
  assert(mailbox.independent || after.every(({ state }) => state === 'sent'), 'turns are computed in order')
}
