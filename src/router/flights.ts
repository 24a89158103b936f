/**
 * All attempts in flight, by number, over all components: gives each its number, hears what cells and store say about
 * it, and lets its end count no earlier than the state that it was computed from is committed.
 *
 * - A number is used once. Whatever comes for a number that is not in flight is ignored.
 * - A report (`answered`, `missing`, `faulted`) counts when the last commit that the cell announced before it, for the
 *   same entity, is committed. If that is refused, the report falls with it and its work runs again.
 * - A refused commit ends the entity's lease in the store, so all that flies behind it is given up at once.
 * - What did not commit is delivered again only after the store has said so: by a refusal, or by its answer to `revoke`
 *   or `endEpoch`, before which every verdict was heard.
 */
import { type Clock, messageOf } from '../base/index.ts'
import { addressText, type Fault, type FromCell, type Store, type ToCell, type Verdict } from '../turn/index.ts'
import { routerErrors } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import type { RouterLog } from './log.ts'
import { type Flight, lastPosted, type Mailbox } from './mailbox.ts'
import { Queue } from './queue.ts'
import { deliveryOf, isStored, isTurn, type Work, type WorkEnd } from './work.ts'

/** How often long turns are looked for. They are given up late by at most this. */
const LOOK_MS = 1_000

type Report = Extract<FromCell, { type: 'answered' | 'missing' | 'faulted' }>
type Call = Extract<FromCell, { type: 'ask' | 'fetch' }>

export type FlightsPowers = {
  readonly clock: Clock
  readonly store: Store
  readonly limits: RouterLimits
  readonly inspect: boolean
  readonly send: (component: string, item: ToCell) => void
  readonly log: RouterLog
  readonly call: (flight: Flight, call: Call) => void
  /**
   * A work's attempt has ended for good. Rows and timers that faulted or were refused are still `away` in their queue:
   * the receiver brings them back or finishes them. All others are finished already.
   */
  readonly ended: (work: Work, end: WorkEnd) => void
  readonly components: ReadonlyMap<string, { readonly independent: boolean }>
}

export class Flights {
  readonly #powers: FlightsPowers
  readonly #queues = new Map<string, Queue>()
  readonly #flights = new Map<number, Flight>()
  #lastTurn = 0
  #looking = false
  #stopping = false

  constructor(powers: FlightsPowers) {
    this.#powers = powers
    for (const [component, { independent }] of powers.components) {
      const queue = new Queue(component, {
        independent,
        limits: powers.limits,
        launch: (work, mailbox) => this.#launch(work, mailbox),
        cancel: ({ turn }) => this.#flights.delete(turn),
      })
      this.#queues.set(component, queue)
    }
  }

  get queues(): ReadonlyMap<string, Queue> {
    return this.#queues
  }
  get size(): number {
    return this.#flights.size
  }

  queueOf({ to }: Work): Queue {
    return this.queue(to.component)
  }

  queue(component: string): Queue {
    const queue = this.#queues.get(component)
    if (queue === undefined) throw new Error(`Selfsame bug: no queue for '${component}'`)
    return queue
  }

  add(work: Work): void {
    const queue = this.queueOf(work)
    queue.add(work)
    queue.pump()
  }

  /** Whether the attempt still counts. */
  isFlying(flight: Flight): boolean {
    return this.#flights.get(flight.turn) === flight
  }

  /** The turn is not wanted any more: a read that nobody waits for. */
  abandonRead(work: Work): void {
    for (const flight of this.#flights.values()) {
      if (flight.work !== work) continue
      this.#powers.send(work.to.component, { type: 'abandon', turn: flight.turn })
      const queue = this.queueOf(work)
      queue.landed(flight)
      return queue.pump()
    }
  }

  /** Nothing that lies in the store is delivered from here on, and nobody is suspected of a cell's end. */
  stop(): void {
    this.#stopping = true
    for (const queue of this.#queues.values()) queue.stopStored()
  }

  #launch(work: Work, mailbox: Mailbox): Flight {
    const turn = ++this.#lastTurn
    const { lease } = mailbox
    const flight: Flight = { turn, work, mailbox, lease, state: 'sent', headSinceMs: null, resting: [] }
    this.#flights.set(turn, flight)
    const delivery = deliveryOf(work, { turn, lease, nowMs: this.#powers.clock.nowMs() })
    this.#powers.send(work.to.component, delivery)
    this.#lookLater()
    return flight
  }

  // ---- what the cell says
  receive(component: string, epoch: number, items: readonly FromCell[]): void {
    const queue = this.queue(component)
    const current = queue.epoch === epoch
    for (const item of items) {
      if (item.type === 'ready' || item.type === 'stopped') continue
      const flight = this.#flights.get(item.turn)
      if (item.type === 'log') this.#log(component, item, flight)
      else if (current && flight !== undefined && flight.work.to.component === component) this.#hear(flight, item)
    }
    queue.pump()
  }

  #hear(flight: Flight, item: Exclude<FromCell, { type: 'ready' | 'stopped' | 'log' }>): void {
    switch (item.type) {
      case 'committing':
        if (flight.state === 'sent' && isTurn(flight.work)) this.queueOf(flight.work).posted(flight)
        break
      case 'answered':
      case 'missing':
      case 'faulted': {
        if (flight.state !== 'sent') break
        flight.state = 'reported'
        const base = lastPosted(flight.mailbox)
        if (base === undefined) this.#report(flight, item)
        else base.resting.push(() => this.#report(flight, item))
        break
      }
      case 'ask':
      case 'fetch':
        if (flight.state === 'sent') this.#powers.call(flight, item)
        break
      default:
        item satisfies never
    }
  }

  #log(component: string, item: Extract<FromCell, { type: 'log' }>, flight: Flight | undefined): void {
    const { turn, message, data } = item
    const to = item.to ?? flight?.work.to
    const entity = to && { entity: addressText(to) }
    const parsed = data === null ? {} : { data: JSON.parse(data) as unknown }
    this.#powers.log({ level: 'info', from: component, message, turn, ...entity, ...parsed })
  }

  #report(flight: Flight, report: Report): void {
    if (!this.isFlying(flight)) return
    switch (report.type) {
      case 'answered':
        return this.#end(flight, report)
      case 'missing':
        return this.#end(flight, { type: 'missing' })
      case 'faulted':
        return this.#end(flight, { type: 'faulted', fault: report.fault, turn: flight.turn, final: false })
      default:
        report satisfies never
    }
  }

  /** A row or timer that did not commit is still in the store: its work stays until the store has been told. */
  #end(flight: Flight, end: WorkEnd): void {
    const queue = this.queueOf(flight.work)
    if (end.type !== 'committed' && isStored(flight.work)) queue.landedAway(flight)
    else queue.landed(flight)
    this.#powers.ended(flight.work, end)
  }

  // ---- what the store says
  /** The caller pumps when all verdicts of the batch are heard. */
  verdict(verdict: Verdict): void {
    const flight = this.#flights.get(verdict.turn)
    if (flight === undefined) return
    if (verdict.type === 'committed') {
      const { resting } = flight
      this.#end(flight, { type: 'committed', verdict })
      for (const report of resting) report()
      return
    }
    switch (verdict.because) {
      case 'epoch':
        // Its cell has ended or is about to: `cellEnded` takes everything back.
        return
      case 'lease':
        // Likewise, when `revoke` is answered.
        if (!flight.mailbox.paused) this.queueOf(flight.work).giveUp(flight.mailbox)
        return
      case 'base':
        return this.queueOf(flight.work).giveUp(flight.mailbox)
      case 'consumed':
      case 'duplicate':
      case 'failed':
        this.queueOf(flight.work).refused(flight)
        return this.#powers.ended(flight.work, { type: 'refused', verdict })
      default:
        verdict.because satisfies never
    }
  }

  // ---- the life of cells
  async cellEnded(component: string, { suspectTurn }: { readonly suspectTurn: number | null }): Promise<void> {
    const queue = this.queue(component)
    const expected = queue.suspended || this.#stopping
    const epoch = queue.unserve()
    if (epoch === null) return
    try {
      await this.#powers.store.call('endEpoch', { component, epoch })
    } catch (error) {
      // Nobody can say what committed, so nothing is run again. The store is gone, and the host with it.
      const message = `the epoch ${epoch} could not be ended: ${messageOf(error)}`
      return this.#powers.log({ level: 'error', from: component, message })
    }
    const suspects = expected ? [] : this.#suspects(queue, suspectTurn)
    for (const flight of suspects) this.#endIfKilledTooOften(flight)
    queue.giveUpAll(suspects.filter((flight) => this.isFlying(flight) && isTurn(flight.work)).map(({ work }) => work))
    queue.pump()
  }

  /** The turn that held the thread, if that is known; else all that may have run, and who ran alone did it. */
  #suspects(queue: Queue, suspectTurn: number | null): Flight[] {
    if (suspectTurn !== null) {
      const flight = this.#flights.get(suspectTurn)
      if (flight === undefined || flight.work.to.component !== queue.component) return []
      flight.work.kills += 1
      return [flight]
    }
    const running = [...queue.mailboxes].flatMap(runningIn)
    const [only] = running
    if (running.length === 1 && only !== undefined) only.work.kills += 1
    return running
  }

  #endIfKilledTooOften(flight: Flight): void {
    const { work, turn } = flight
    if (work.kills < this.#powers.limits.kills) return
    const { to, message, kills } = work
    const error = routerErrors.CELL_KILLED({ component: to.component, message, kills })
    const fault = { code: error.code, message: error.message, stack: '' }
    this.#end(flight, { type: 'faulted', fault, turn, final: true })
  }

  // ---- turns that take too long
  #lookLater(): void {
    if (this.#looking || this.#powers.inspect) return
    this.#looking = true
    this.#powers.clock.after(LOOK_MS, () => {
      this.#looking = false
      // What is left then is given up with its cell; nobody looks for ever, and keeps the process alive.
      if (this.#stopping) return
      const nowMs = this.#powers.clock.monotonicMs()
      for (const queue of this.#queues.values()) {
        for (const mailbox of queue.mailboxes) this.#look(queue, { mailbox, nowMs })
      }
      if (this.#flights.size > 0) this.#lookLater()
    })
  }

  #look(queue: Queue, { mailbox, nowMs }: { readonly mailbox: Mailbox; readonly nowMs: number }): void {
    if (mailbox.paused || queue.epoch === null) return
    for (const flight of runningIn(mailbox)) {
      flight.headSinceMs ??= nowMs
      if (nowMs - flight.headSinceMs >= this.#powers.limits.turnMs) return void this.#timeOut(queue, flight)
    }
  }

  async #timeOut(queue: Queue, flight: Flight): Promise<void> {
    const { mailbox, lease, turn, work } = flight
    const { send, store, limits, log } = this.#powers
    queue.pause(mailbox)
    // Works that run side by side lose the same lease; the others run again.
    for (const { turn } of runningIn(mailbox)) send(queue.component, { type: 'abandon', turn })
    try {
      await store.call('revoke', { to: mailbox.to, lease })
    } catch (error) {
      const message = `a lease could not be revoked: ${messageOf(error)}`
      return log({ level: 'error', from: queue.component, entity: addressText(mailbox.to), message })
    }
    // It may have committed in the meantime, or its cell has ended.
    const late = this.isFlying(flight)
    if (late) {
      const facts = { component: queue.component, message: work.message, limitMs: limits.turnMs }
      const error = routerErrors.TURN_TIMEOUT(facts)
      const fault: Fault = { code: error.code, message: error.message, stack: '' }
      this.#end(flight, { type: 'faulted', fault, turn, final: false })
    }
    queue.giveUp(mailbox)
    queue.unpause(mailbox)
    queue.pump()
  }
}

/** The turns of an entity that the cell may be running: the first that has not posted, or all where they run at once. */
function runningIn({ flights, independent }: Mailbox): Flight[] {
  if (independent) return flights.filter(({ state }) => state === 'sent')
  const first = flights.find(({ state }) => state === 'sent')
  return first === undefined ? [] : [first]
}
