/**
 * Everything that waits for one component, and what of it is in its cell: delivers as far as the windows allow, to one
 * entity after the other, and takes back what was in flight when a cell ends or a commit is refused.
 *
 * 1. Nothing is delivered without a serving cell, or while suspended.
 * 2. A mailbox is kept as long as anything of its entity waits or flies. Its lease outlives it, if it was ever raised.
 * 3. While there are suspects of a crash, one turn at a time is delivered, theirs first. Reads go on: a turn that runs
 *    alone may ask for one, and a read that ends its cell is caught in the act.
 */
import { assert } from '../base/index.ts'
import type { Address } from '../turn/index.ts'
import type { RouterLimits } from './limits.ts'
import {
  assertConsistent,
  comeBack,
  emptyMailbox,
  enqueue,
  type Flight,
  finish,
  giveUp,
  isIdle,
  type Mailbox,
  post,
  stayAway,
  withdraw,
} from './mailbox.ts'
import { isStored, isTurn, type Work } from './work.ts'

/** Entities whose raised lease is remembered; beyond it the leases of the whole component are raised. */
const LEASES_REMEMBERED_MAX = 10_000

export type QueuePowers = {
  readonly limits: RouterLimits
  /** Gives the attempt a number and hands it to the cell. */
  readonly launch: (work: Work, mailbox: Mailbox) => Flight
  /** The attempt counts no more: whatever its number still sends is ignored. */
  readonly cancel: (flight: Flight) => void
}

export class Queue {
  readonly component: string
  readonly #independent: boolean
  readonly #powers: QueuePowers
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #leases = new Map<string, number>()
  #lowestLease = 1
  /** Mailboxes that may have something to deliver; whether they do is looked at when it is their turn. */
  readonly #turnsReady = new Set<Mailbox>()
  readonly #readsReady = new Set<Mailbox>()
  readonly #suspects = new Set<Work>()
  #epoch: number | null = null
  #suspensions = 0
  /** Works that lie in the store are dropped, not delivered: the host stops. */
  #stopping = false
  #works = 0
  #turnsFlying = 0
  #readsFlying = 0

  constructor(component: string, { independent, ...powers }: QueuePowers & { readonly independent: boolean }) {
    this.component = component
    this.#independent = independent
    this.#powers = powers
  }

  get epoch(): number | null {
    return this.#epoch
  }
  get suspended(): boolean {
    return this.#suspensions > 0
  }
  get inFlight(): number {
    return this.#turnsFlying + this.#readsFlying
  }
  get waiting(): number {
    return this.#works - this.inFlight
  }
  get mailboxes(): Iterable<Mailbox> {
    return this.#mailboxes.values()
  }

  /** How many works of one entity wait to be run. */
  waitingFor({ key }: Address): number {
    const mailbox = this.#mailboxes.get(key)
    return mailbox === undefined ? 0 : mailbox.ready.length + mailbox.reads.length
  }

  // ---- the cell
  serve(epoch: number): void {
    this.#epoch = epoch
    this.pump()
  }
  suspend(): void {
    this.#suspensions += 1
  }
  resume(): void {
    assert(this.#suspensions > 0, 'every resume has its suspend')
    this.#suspensions -= 1
    this.pump()
  }
  stopStored(): void {
    this.#stopping = true
  }
  /** The cell serves no more. Returns its epoch; what it had stays in flight until `giveUpAll`. */
  unserve(): number | null {
    const epoch = this.#epoch
    this.#epoch = null
    return epoch
  }

  /** After the epoch has ended and all its verdicts were heard: what did not commit waits again. */
  giveUpAll(suspects: Iterable<Work>): void {
    for (const work of suspects) this.#suspects.add(work)
    // The next cell knows of no lease, and the store has forgotten those that were revoked.
    this.#leases.clear()
    this.#lowestLease = 1
    for (const mailbox of [...this.#mailboxes.values()]) this.giveUp(mailbox)
  }

  // ---- works
  add(work: Work): void {
    if (this.#stopping && isStored(work)) return
    this.#works += 1
    const mailbox = this.#mailbox(work.to)
    enqueue(mailbox, work)
    this.#touch(mailbox)
  }

  /** Takes a work that waits out of the queue; false if it is in flight, or nowhere. */
  withdraw(work: Work): boolean {
    const mailbox = this.#mailboxes.get(work.to.key)
    if (mailbox === undefined || !withdraw(mailbox, work)) return false
    this.#finished(mailbox, work)
    return true
  }

  posted(flight: Flight): void {
    post(flight.mailbox, flight)
    this.#touch(flight.mailbox)
  }

  /** The attempt is at its end, and so is the work. */
  landed(flight: Flight): void {
    this.#unfly(flight)
    this.#finished(flight.mailbox, flight.work)
  }

  /** The attempt is at its end; its work stays, until it comes back or is finished. */
  landedAway(flight: Flight): void {
    this.#unfly(flight)
    stayAway(flight.mailbox, flight.work)
    this.#suspects.delete(flight.work)
    this.#touch(flight.mailbox)
  }

  /** The store did not take its commit, and what flew behind it falls with it: all wait again, this one apart. */
  refused(flight: Flight): void {
    const { mailbox, work } = flight
    if (mailbox.independent) return isStored(work) ? this.landedAway(flight) : this.landed(flight)
    this.giveUp(mailbox)
    assert(withdraw(mailbox, work), 'what was refused first waits first')
    if (!isStored(work)) return this.#finished(mailbox, work)
    this.#suspects.delete(work)
    stayAway(mailbox, work)
  }

  comeBack(work: Work): void {
    const mailbox = this.#mailbox(work.to)
    comeBack(mailbox, work)
    this.#touch(mailbox)
    this.pump()
  }

  finishAway(work: Work): void {
    this.#finished(this.#mailbox(work.to), work)
    this.pump()
  }

  /** All of the entity's flights wait again under a higher lease. */
  giveUp(mailbox: Mailbox): void {
    for (const flight of [...mailbox.flights, ...mailbox.readFlights]) this.#cancelled(flight)
    giveUp(mailbox, mailbox.lease + 1)
    this.#touch(mailbox)
  }

  /** While its lease is being revoked, nothing of the entity is delivered. */
  pause(mailbox: Mailbox): void {
    mailbox.paused = true
  }
  unpause(mailbox: Mailbox): void {
    mailbox.paused = false
    this.#touch(mailbox)
  }

  // ---- delivery
  pump(): void {
    if (this.#epoch === null || this.suspended) return
    const { limits } = this.#powers
    for (const mailbox of this.#readsReady) {
      if (this.#readsFlying >= limits.readsPerCell) break
      this.#deliverRead(mailbox)
    }
    if (this.#suspects.size > 0) return this.#deliverAlone()
    for (const mailbox of this.#turnsReady) {
      if (this.#turnsFlying >= limits.turnsPerCell) break
      this.#deliverTurn(mailbox)
    }
  }

  /** Deletes it from the set and, if more is ready, puts it at the end: a Set's iteration comes to it once more. */
  #deliverRead(mailbox: Mailbox): void {
    this.#readsReady.delete(mailbox)
    const work = mailbox.paused ? undefined : mailbox.reads.shift()
    if (work === undefined) return
    this.#readsFlying += 1
    mailbox.readFlights.push(this.#powers.launch(work, mailbox))
    if (mailbox.reads.length > 0) this.#readsReady.add(mailbox)
  }

  #deliverTurn(mailbox: Mailbox): boolean {
    this.#turnsReady.delete(mailbox)
    if (mailbox.paused || mailbox.flights.length >= this.#powers.limits.turnsPerEntity) return false
    const work = mailbox.ready.shift()
    if (work === undefined) return false
    if (this.#stopping && isStored(work)) {
      this.#finished(mailbox, work)
      return false
    }
    this.#turnsFlying += 1
    mailbox.flights.push(this.#powers.launch(work, mailbox))
    if (mailbox.ready.length > 0) this.#turnsReady.add(mailbox)
    return true
  }

  #deliverAlone(): void {
    if (this.#turnsFlying > 0) return
    for (const { to } of this.#suspects) {
      const mailbox = this.#mailboxes.get(to.key)
      if (mailbox !== undefined && this.#deliverTurn(mailbox)) return
    }
    // No suspect can run just now: the others go on, one at a time as well.
    for (const mailbox of this.#turnsReady) if (this.#deliverTurn(mailbox)) return
  }

  // ---- helpers
  #mailbox(to: Address): Mailbox {
    const known = this.#mailboxes.get(to.key)
    if (known !== undefined) return known
    const lease = Math.max(this.#lowestLease, this.#leases.get(to.key) ?? 0)
    const mailbox = emptyMailbox(to, { lease, independent: this.#independent })
    this.#mailboxes.set(to.key, mailbox)
    return mailbox
  }

  #unfly(flight: Flight): void {
    this.#cancelled(flight)
    const { mailbox } = flight
    if (!isTurn(flight.work)) mailbox.readFlights = without(mailbox.readFlights, flight)
    else if (mailbox.flights[0] === flight) mailbox.flights.shift()
    else mailbox.flights = without(mailbox.flights, flight)
  }

  #cancelled(flight: Flight): void {
    if (isTurn(flight.work)) this.#turnsFlying -= 1
    else this.#readsFlying -= 1
    this.#powers.cancel(flight)
  }

  #finished(mailbox: Mailbox, work: Work): void {
    this.#works -= 1
    this.#suspects.delete(work)
    finish(mailbox, work)
    this.#touch(mailbox)
  }

  #touch(mailbox: Mailbox): void {
    if (isIdle(mailbox)) return this.#forget(mailbox)
    if (mailbox.paused) return
    if (mailbox.ready.length > 0) this.#turnsReady.add(mailbox)
    if (mailbox.reads.length > 0) this.#readsReady.add(mailbox)
  }

  /** A lease never falls for a cell that may know it: the cell would take the delivery for one that was given up. */
  #forget(mailbox: Mailbox): void {
    const { key } = mailbox.to
    if (this.#mailboxes.get(key) !== mailbox) return
    this.#mailboxes.delete(key)
    this.#turnsReady.delete(mailbox)
    this.#readsReady.delete(mailbox)
    if (mailbox.lease <= this.#lowestLease) return
    this.#leases.set(key, mailbox.lease)
    if (this.#leases.size <= LEASES_REMEMBERED_MAX) return
    this.#lowestLease = Math.max(...this.#leases.values())
    this.#leases.clear()
  }

  assertConsistent(): void {
    let [turns, reads] = [0, 0]
    for (const mailbox of this.#mailboxes.values()) {
      assertConsistent(mailbox)
      turns += mailbox.flights.length
      reads += mailbox.readFlights.length
      const { paused, flights, ready } = mailbox
      const open = !paused && flights.length < this.#powers.limits.turnsPerEntity
      assert(!open || ready.length === 0 || this.#turnsReady.has(mailbox), 'what can be delivered is known to be ready')
      assert(paused || mailbox.reads.length === 0 || this.#readsReady.has(mailbox), 'reads that wait are known')
      assert(!isIdle(mailbox), 'an idle entity takes no memory')
    }
    assert(turns === this.#turnsFlying && reads === this.#readsFlying, 'flights are counted right')
    assert(this.waiting >= 0, 'works are counted right')
  }
}

function without(flights: readonly Flight[], flight: Flight): Flight[] {
  return flights.filter((other) => other !== flight)
}
