/**
 * The router: what is asked of the system waits here, is run by cells, and is answered here when the store has taken
 * it. It holds no state that matters: what is promised lies in the store, and a router that starts finds it there.
 *
 * This file joins the parts. Who is let in: admission. What waits and flies: queue, mailbox, flights. Callers:
 * requests, idempotency, reads. What lies in the store: redelivery, outbox-feed, due-watch. Followers: attachments.
 */
import type { Address, Caller, FromCell, ToCell, Verdict } from '../turn/index.ts'
import { admit, failureOf, messageOf, refuseAddress } from './admission.ts'
import { type Attach, type Attached, Attachments, notFound } from './attachments.ts'
import { call } from './calls.ts'
import { Deadlines } from './deadlines.ts'
import { DueWatch } from './due-watch.ts'
import { answerOf, failed } from './ends.ts'
import { failure, type RouterAnswer } from './errors.ts'
import { Flights } from './flights.ts'
import { answered, IdempotentRequests, idempotencyOf } from './idempotency.ts'
import { ROUTER_LIMITS, type RouterLimits } from './limits.ts'
import type { Router, RouterOptions, RouterRequest, RouterStatus } from './ports.ts'
import { type Read, type ReadAnswer, Reads } from './reads.ts'
import { Redelivery } from './redelivery.ts'
import { type Idempotency, type Opened, Requests } from './requests.ts'
import type { Work, WorkEnd } from './work.ts'

/** How often `stop` looks whether everything has come to its end. */
const STOP_LOOK_MS = 10

export function createRouter(options: RouterOptions): Router {
  return new RunningRouter(options)
}

class RunningRouter implements Router {
  readonly #options: RouterOptions
  readonly #limits: RouterLimits
  readonly #deadlines: Deadlines
  readonly #flights: Flights
  readonly #requests: Requests
  readonly #keyed: IdempotentRequests
  readonly #reads: Reads
  readonly #attachments: Attachments
  readonly #redelivery: Redelivery
  readonly #watch: DueWatch
  #stopping = false

  constructor(options: RouterOptions) {
    const { clock, random, store, contracts, cells, log, inspect = false } = options
    const limits = { ...ROUTER_LIMITS, ...options.limits }
    this.#options = options
    this.#limits = limits
    const deadlines = new Deadlines({ clock, suspended: inspect })
    this.#deadlines = deadlines
    const overloaded = (why: string) => this.#requests.overloaded(why)
    const send = (component: string, item: ToCell) => cells.send(component, item)
    this.#flights = new Flights({
      clock,
      store,
      limits,
      inspect,
      send,
      log,
      components: new Map([...contracts].map(([name, { kind }]) => [name, { independent: kind === 'connector' }])),
      call: (flight, item) =>
        call(flight, item, {
          limits,
          send,
          fetch: options.fetch,
          isFlying: (flying) => this.#flights.isFlying(flying),
          read: (read, how) => this.#reads.read(read, how),
        }),
      ended: (work, end) => this.#ended(work, end),
    })
    const add = (work: Work) => this.#flights.add(work)
    const withdraw = (work: Work) => this.#flights.queueOf(work).withdraw(work)
    this.#requests = new Requests({ limits, deadlines, withdraw })
    this.#keyed = new IdempotentRequests({ store, limits, requests: this.#requests, deadlines })
    this.#reads = new Reads({
      contracts,
      random,
      deadlines,
      add,
      overloaded,
      abandon: (work) => {
        if (!withdraw(work)) this.#flights.abandonRead(work)
      },
      failed: (work, end) => failed(work, end, options),
      crowded: () => this.#full(),
    })
    this.#attachments = new Attachments({
      attachmentsMax: limits.attachments,
      keptMax: limits.eventsHeld,
      overloaded,
      announce: (event, at) => this.#announce(event, at),
      see: (attach) => this.#see(attach),
    })
    this.#redelivery = new Redelivery({
      clock,
      random,
      store,
      limits,
      contracts,
      log,
      add,
      comeBack: (work) => this.#flights.queueOf(work).comeBack(work),
      finishAway: (work) => this.#flights.queueOf(work).finishAway(work),
      wantsPage: () => void this.#watch.check(),
    })
    this.#watch = new DueWatch({
      clock,
      store,
      log,
      pageRows: limits.pageRows,
      timersHeld: () => this.#redelivery.timersHeld,
      afterRow: () => this.#redelivery.feed.ask(),
      wantsPage: () => this.#redelivery.feed.wantsPage,
      take: ({ outbox, timers, answers }) => {
        for (const { request, answer } of answers) this.#requests.finish(request, answer)
        return this.#redelivery.due({ outbox, timers }) || answers.length > 0
      },
    })
  }

  start(): Promise<void> {
    return this.#watch.check()
  }

  // ---- callers
  async request(request: RouterRequest): Promise<RouterAnswer> {
    const { contracts, digest } = this.#options
    const { to, idempotencyKey: key, deadlineMs = this.#limits.requestMs } = request
    if (messageOf(contracts, request)?.read === true) {
      return (await this.#reads.read(request, { deadlineMs })).answer
    }
    const admitted = admit(contracts, { ...request, read: false })
    if ('error' in admitted) return failureOf(admitted)
    if (key === null) return this.#run(request, { deadlineMs, idempotency: null }).answer
    const idempotency = idempotencyOf({ ...request, key }, digest)
    if (this.#stopping) return this.#requests.overloaded('the host stops')
    return this.#keyed.request({
      to,
      idempotency,
      deadlineMs,
      run: () => this.#run(request, { deadlineMs, idempotency }),
    })
  }

  #run(
    { to, message, input, caller }: RouterRequest,
    { deadlineMs, idempotency }: { readonly deadlineMs: number; readonly idempotency: Idempotency | null },
  ): Opened {
    const outboxFull = this.#redelivery.feed.behind ? 'the outbox is full, or not read yet' : null
    const why = this.#crowded(to) ?? outboxFull
    if (why !== null) return answered(this.#requests.overloaded(why))
    const request = this.#requests.number()
    const source = { type: 'request', request, idempotency } as const
    const work = this.#work({ to, message, input, caller, source })
    const opened = this.#requests.open(request, { work, deadlineMs })
    this.#flights.add(work)
    return opened
  }

  read(read: Read): Promise<ReadAnswer> {
    return this.#reads.read(read, { deadlineMs: this.#limits.requestMs })
  }

  async attach(attach: Attach): Promise<Attached> {
    const { contracts } = this.#options
    const { to, caller, read } = attach
    const refused = (answer: RouterAnswer) => ({ answer, sequence: 0 })
    const error = refuseAddress(contracts, to)
    if (error !== null) return refused(failure(error))
    if (contracts.get(to.component)?.kind !== 'component') return refused(notFound(to))
    if (read !== null) {
      const admitted = admit(contracts, { ...read, to, from: 'gateway', read: true })
      if ('error' in admitted) return refused(failureOf(admitted))
    }
    const why = this.#crowded(to)
    if (why !== null) return refused(this.#requests.overloaded(why))
    return this.#attachments.attach({ ...attach, caller: { ...caller, connection: attach.connection } })
  }

  detach(connection: string, to: Address): void {
    this.#attachments.detach(connection, to)
  }

  disconnect(connection: string): void {
    this.#attachments.disconnect(connection)
  }

  async #see({ to, caller, read }: Attach): Promise<{ answer: RouterAnswer; sequence: number }> {
    if (read !== null) return this.read({ ...read, to, caller, from: 'gateway' })
    try {
      const record = await this.#options.store.call('get', to)
      if (record === null) return { answer: notFound(to), sequence: 0 }
      return { answer: { type: 'replied', output: null }, sequence: record.sequence }
    } catch {
      return { answer: this.#requests.overloaded('the store does not answer'), sequence: 0 }
    }
  }

  #announce(
    event: 'attached' | 'detached',
    { to, caller }: { readonly to: Address; readonly caller: Caller },
  ): Promise<RouterAnswer> | null {
    if (this.#options.contracts.get(to.component)?.handles[event] !== true) return null
    return new Promise((resolve) => {
      const ended = (end: WorkEnd) => {
        resolve(answerOf(work, end, this.#options) ?? { type: 'replied', output: null })
      }
      const source = { type: 'connection', event, ended } as const
      const work = this.#work({ to, message: event, input: null, caller, source })
      this.#flights.add(work)
    })
  }

  #work(given: Pick<Work, 'to' | 'message' | 'input' | 'caller' | 'source'>): Work {
    const seed = this.#options.random.hex(16)
    return { ...given, seed, lane: null, faults: 0, kills: 0, away: false, recorded: [] }
  }

  /** Why there is no room for anything more from outside, or null. */
  #full(): string | null {
    if (this.#stopping) return 'the host stops'
    return this.#requests.size + this.#reads.size >= this.#limits.openRequests ? 'too many requests are open' : null
  }

  /** The same for a turn, which waits in a mailbox; a read waits for none. */
  #crowded(to: Address): string | null {
    const full = this.#full()
    if (full !== null) return full
    const { waitingPerComponent, waitingPerEntity } = this.#limits
    const queue = this.#flights.queue(to.component)
    if (queue.waiting >= waitingPerComponent) return `too much waits for '${to.component}'`
    return queue.waitingFor(to) >= waitingPerEntity ? 'too much waits for this entity' : null
  }

  // ---- cells and the store
  cellReady(component: string, epoch: number): void {
    this.#flights.queue(component).serve(epoch)
  }

  cellEnded(component: string, end: { readonly suspectTurn: number | null }): Promise<void> {
    return this.#flights.cellEnded(component, end)
  }

  suspend(component: string): void {
    this.#flights.queue(component).suspend()
  }

  resume(component: string): void {
    this.#flights.queue(component).resume()
  }

  receive(component: string, epoch: number, items: readonly FromCell[]): void {
    this.#flights.receive(component, epoch, items)
  }

  verdicts(verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      this.#flights.verdict(verdict)
      // True whether or not its attempt still counted here: it is in the store.
      if (verdict.type === 'committed') this.#committed(verdict)
    }
    for (const queue of this.#flights.queues.values()) queue.pump()
  }

  #committed(verdict: Extract<Verdict, { type: 'committed' }>): void {
    const { to, answers, outbox, dueMs } = verdict
    this.#attachments.publish(to, verdict)
    for (const { request, answer } of answers) this.#requests.finish(request, answer)
    this.#redelivery.written(outbox)
    this.#watch.notice(dueMs)
  }

  #ended(work: Work, end: WorkEnd): void {
    const { source } = work
    switch (source.type) {
      case 'request':
        return this.#requestEnded(work, source, end)
      case 'row':
      case 'timer':
        return this.#redelivery.ended(work, end)
      case 'connection':
      case 'read':
        return source.ended(end)
      default:
        source satisfies never
    }
  }

  #requestEnded(
    work: Work,
    { request, idempotency }: { readonly request: number; readonly idempotency: Idempotency | null },
    end: WorkEnd,
  ): void {
    const answer = answerOf(work, end, this.#options)
    if (answer !== null) return this.#requests.finish(request, answer)
    if (end.type === 'committed') {
      if (!end.verdict.answers.some((told) => told.request === request)) this.#requests.deferred(request)
    } else if (idempotency !== null) void this.#keyed.duplicate(request, { to: work.to, idempotency })
  }

  async retryDeadLetter(id: number): Promise<boolean> {
    const retried = await this.#options.store.call('retryDeadLetter', { id, nowMs: this.#options.clock.nowMs() })
    if (retried === null) return false
    this.#redelivery.written(retried.outbox)
    if (retried.timer) void this.#watch.check()
    return true
  }

  // ---- the whole
  status(): RouterStatus {
    const components: Record<string, { waiting: number; inFlight: number }> = {}
    let [waiting, inFlight] = [0, 0]
    for (const queue of this.#flights.queues.values()) {
      components[queue.component] = { waiting: queue.waiting, inFlight: queue.inFlight }
      waiting += queue.waiting
      inFlight += queue.inFlight
    }
    const { feed } = this.#redelivery
    return {
      components,
      waiting,
      inFlight,
      openRequests: this.#requests.size + this.#reads.size,
      attachments: this.#attachments.size,
      outboxRowsHeld: feed.held,
      outboxBehind: feed.behind,
    }
  }

  async stop(): Promise<void> {
    const { clock } = this.#options
    this.#stopping = true
    this.#flights.stop()
    this.#redelivery.stop()
    this.#watch.stop()
    const untilMs = clock.monotonicMs() + this.#limits.stopMs
    while (clock.monotonicMs() < untilMs && this.#flights.size + this.#requests.withTurn > 0) {
      await new Promise<void>((look) => clock.after(STOP_LOOK_MS, look))
    }
    this.#requests.finishAll()
    this.#reads.finishAll()
    this.#deadlines.stop()
  }

  assertConsistent(): void {
    for (const queue of this.#flights.queues.values()) queue.assertConsistent()
  }
}
