/**
 * The mailbox of one entity: what waits, what is on its way, and what may be told. It is where order and speculation are
 * kept; it knows no cell, no store and no clock.
 *
 * A cell runs turns of one entity in the order of their delivery, each on the result of the one before, committed or
 * not. So what a cell reports (a read, a rejection, a fault) may rest on a commit that is still on its way: then it is
 * held until that commit is taken. If a commit is refused, everything delivered after it is run again under a higher
 * lease, and so is every read that is not told yet.
 *
 * Invariants, see `assertConsistent`:
 * 1. A work is in one place: waiting, or on its way in exactly one attempt.
 * 2. Attempts stand in the order of their delivery; their numbers rise.
 * 3. What is held rests on an attempt that is committing, and is itself reported.
 * 4. At most one attempt per sender is running; rows of one sender keep their order.
 */
import { assert } from '../base/index.ts'
import type { Address, FromCell } from '../turn/index.ts'
import { type ConnectionWork, type RequestWork, type StoredWork, senderOf, type TurnWork, type Work } from './work.ts'

export type Report = Extract<FromCell, { type: 'answered' | 'missing' | 'faulted' }>

export type Attempt = {
  readonly turn: number
  readonly work: Work
  readonly mailbox: Mailbox
  readonly lease: number
  readonly deliveredMs: number
  state: 'running' | 'committing' | 'held'
  /** Set while held. */
  report: Report | null
  /** Reports that rest on this attempt's commit. */
  readonly dependents: Attempt[]
}

/** How many stored works are looked at for one that may go: a bound on the work per delivery, not on the queue. */
const LOOK_AHEAD = 64

export class Mailbox {
  readonly to: Address
  lease: number
  /** Whether it stands in its lane's list of mailboxes that may have something to deliver. */
  isQueued = false
  readonly inFlight: Attempt[] = []
  #requests: (RequestWork | ConnectionWork)[] = []
  #stored: StoredWork[] = []
  #storedFirst = true

  constructor(to: Address, lease: number) {
    this.to = to
    this.lease = lease
  }

  get waiting(): number {
    return this.#requests.length + this.#stored.length
  }

  get requestsWaiting(): number {
    return this.#requests.length
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.inFlight.length === 0
  }

  add(work: TurnWork): void {
    if (work.kind === 'request' || work.kind === 'connection') this.#requests.push(work)
    else this.#stored.push(work)
  }

  /** Takes the next work that may be delivered now; null if none may. Requests and stored works take turns. */
  next(nowMs: number): TurnWork | null {
    const stored = this.#nextStored(nowMs)
    const takeStored = stored !== null && (this.#storedFirst || this.#requests.length === 0)
    this.#storedFirst = !takeStored
    if (!takeStored) return this.#requests.shift() ?? null
    this.#stored.splice(this.#stored.indexOf(stored), 1)
    return stored
  }

  /** Takes a waiting request out, because its caller does not wait any longer. false: it is on its way already. */
  withdraw(request: number): boolean {
    const at = this.#requests.findIndex((work) => work.kind === 'request' && work.cause.request === request)
    if (at >= 0) this.#requests.splice(at, 1)
    return at >= 0
  }

  started(attempt: Attempt): void {
    this.inFlight.push(attempt)
  }

  /** The attempt's commit is on its way to the store. */
  computed(attempt: Attempt): void {
    attempt.state = 'committing'
  }

  /** A report that needs no commit of its own. true: it may be told now; false: it is held. */
  reported(attempt: Attempt, report: Report): boolean {
    const base = this.inFlight.findLast(({ state }) => state === 'committing')
    if (base === undefined) {
      this.#remove(attempt)
      return true
    }
    attempt.state = 'held'
    attempt.report = report
    base.dependents.push(attempt)
    return false
  }

  /** Its commit was taken. Returns the held attempts that may be told now, in order. */
  committed(attempt: Attempt): readonly Attempt[] {
    this.#remove(attempt)
    for (const dependent of attempt.dependents) this.#remove(dependent)
    return attempt.dependents
  }

  /** Takes an attempt off that has an end of its own: told, dropped or given up. */
  drop(attempt: Attempt): void {
    this.#remove(attempt)
  }

  /**
   * A commit was refused, or a turn given up: everything that came after it is taken off, together with all reads.
   * `from`: the attempt itself is to be run again as well. Returns what was taken off; `requeue` puts it back.
   */
  breakAt(attempt: Attempt, options: { readonly from: boolean; readonly lease: number }): readonly Attempt[] {
    this.lease = options.lease
    const broken = this.inFlight.filter(
      (other) =>
        (other === attempt ? options.from : other.turn > attempt.turn || other.work.kind === 'read') &&
        // A fault or a rejection that rests on an earlier commit stands, whatever became of this one.
        !(other.state === 'held' && other.turn < attempt.turn && other.work.kind !== 'read'),
    )
    for (const other of broken) this.#remove(other)
    // A read that rested on an earlier commit runs again too, so it is not told when that commit is taken.
    for (const { dependents } of this.inFlight) {
      for (const other of broken) {
        const at = dependents.indexOf(other)
        if (at >= 0) dependents.splice(at, 1)
      }
    }
    return broken
  }

  /** The cell is gone: takes off everything. */
  lose(lease: number): readonly Attempt[] {
    this.lease = lease
    return this.inFlight.splice(0)
  }

  /** Puts works back to the front of their queues, in the order given. */
  requeue(works: readonly TurnWork[]): void {
    const requests = works.filter((work) => work.kind === 'request' || work.kind === 'connection')
    const stored = works.filter((work) => work.kind === 'row' || work.kind === 'timer')
    if (requests.length > 0) this.#requests = [...requests, ...this.#requests]
    if (stored.length > 0) this.#stored = [...stored, ...this.#stored]
  }

  /** For tests and simulations. */
  assertConsistent(): void {
    const works = [...this.#requests, ...this.#stored, ...this.inFlight.map(({ work }) => work)]
    assert(new Set(works).size === works.length, 'a work is in one place')
    for (const [i, attempt] of this.inFlight.entries()) {
      const before = this.inFlight[i - 1]
      assert(before === undefined || before.turn < attempt.turn, 'attempts stand in the order of their numbers')
      assert((attempt.state === 'held') === (attempt.report !== null), 'exactly what is held has a report')
      for (const dependent of attempt.dependents) {
        assert(attempt.state === 'committing', 'what is held rests on a commit')
        assert(this.inFlight.includes(dependent), 'what is held is on its way')
      }
    }
    const running = this.inFlight.filter(({ state }) => state === 'running').map(({ work }) => busySender(work))
    const senders = running.filter((sender) => sender !== null)
    assert(new Set(senders).size === senders.length, 'at most one attempt per sender is running')
  }

  #nextStored(nowMs: number): StoredWork | null {
    if (this.#stored.length === 0) return null
    const busy = new Set<string>()
    for (const { work, state } of this.inFlight) {
      const sender = state === 'committing' ? null : busySender(work)
      if (sender !== null) busy.add(sender)
    }
    for (const work of this.#stored.slice(0, LOOK_AHEAD)) {
      const sender = senderOf(work)
      if (sender !== null && busy.has(sender)) continue
      if (work.notBeforeMs <= nowMs) return work
      if (sender !== null) busy.add(sender)
    }
    return null
  }

  #remove(attempt: Attempt): void {
    const at = this.inFlight.indexOf(attempt)
    if (at >= 0) this.inFlight.splice(at, 1)
  }
}

function busySender(work: Work): string | null {
  return work.kind === 'row' || work.kind === 'timer' ? senderOf(work) : null
}
