/**
 * The router: mailboxes, delivery, and what is told to whom. It sits between whoever asks (gateways, routes, other
 * components, time) and the cells, and hears from the store what was committed. A message that waits here outlives the
 * cell that it waits for.
 *
 * It talks to ports alone: `cells.send`, `store.call`, and what is pushed into `receive` and `verdicts`.
 */
import { codeOf, messageOf, type SelfsameError } from '../base/index.ts'
import {
  type Address,
  type Answer,
  addressText,
  type Caller,
  type FromCell,
  type NumberedEvent,
  type OutboxRow,
  type Payload,
  type TimerRow,
  type Verdict,
} from '../turn/index.ts'
import { type Admitted, admit, checkInput, keyProblem } from './admission.ts'
import { type Attachment, Attachments } from './attachments.ts'
import { Callers } from './callers.ts'
import { CallsOut } from './calls-out.ts'
import { Deadlines } from './deadlines.ts'
import { routerErrors } from './errors.ts'
import { Feed } from './feed.ts'
import { Idempotency } from './idempotency.ts'
import { deliveryOf, Lane } from './lane.ts'
import { ROUTER_LIMITS, type RouterLimits } from './limits.ts'
import type { Attempt } from './mailbox.ts'
import type { From, RouterAnswer, RouterOptions } from './options.ts'
import { failed, failedWith, messageOfWork, Settling, undeliverable } from './settling.ts'
import type { ConnectionWork, RequestWork, StoredWork } from './work.ts'

export type ReadRequest = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  readonly from: From
}
export type TurnRequest = ReadRequest & { readonly idempotencyKey: string | null }
/** `sequence` and `revision` of the state that the read saw; 0 where the answer is a failure. */
export type ReadAnswer = { readonly answer: RouterAnswer; readonly sequence: number; readonly revision: number }

export type AttachRequest = {
  readonly connection: string
  readonly to: Address
  readonly caller: Caller
  readonly read: { readonly message: string; readonly input: Payload } | null
  readonly onEvent: (event: NumberedEvent) => void
  readonly from?: From
}

export type RouterStatus = {
  readonly components: Readonly<Record<string, { readonly waiting: number; readonly inFlight: number }>>
  /** Callers that wait for an answer, deferred ones included. */
  readonly callers: number
  /** Rows in the store's outbox, as far as the router has counted. */
  readonly outbox: number
}

const SEED_BYTES = 16

export class Router {
  readonly #options: RouterOptions
  readonly #limits: RouterLimits
  readonly #lanes = new Map<string, Lane>()
  readonly #callers = new Callers()
  readonly #attachments = new Attachments()
  readonly #idempotency: Idempotency
  readonly #feed: Feed
  readonly #settling: Settling
  readonly #callsOut: CallsOut
  readonly #deadlines: Deadlines
  #turn = 0
  #outboxRows = 0
  #stopping = false
  #quiet: (() => void) | null = null

  constructor(options: RouterOptions) {
    this.#options = options
    this.#limits = { ...ROUTER_LIMITS, ...options.limits }
    const { clock, store, random, log, contracts } = options
    const limits = this.#limits
    this.#idempotency = new Idempotency(store)
    this.#feed = new Feed({
      clock,
      store,
      rowsInMemoryMax: limits.rowsInMemoryMax,
      pageRows: limits.pageRows,
      row: (row) => this.#takeRow(row),
      timer: (timer) => this.#takeTimer(timer),
      answers: (answers) => this.#answer(answers),
      failed: (problem) => log({ level: 'error', from: 'router', message: `the store could not be asked: ${problem}` }),
    })
    this.#settling = new Settling({
      store,
      log,
      contracts,
      clock,
      random,
      limits,
      callers: this.#callers,
      feed: this.#feed,
    })
    this.#callsOut = new CallsOut(options, (request) => this.read(request))
    this.#deadlines = new Deadlines(clock, () => this.#lookAtDeadlines())
    for (const component of contracts.keys()) this.#lanes.set(component, this.#newLane(component))
  }

  /** Takes up what lies in the store: messages on their way, timers, waits. */
  async start(): Promise<void> {
    const { outbox } = await this.#options.store.call('statistics', null)
    this.#outboxRows = outbox
    await this.#feed.start()
  }

  /** A message from outside a turn. Always resolves: failures are answers. */
  async request(request: TurnRequest): Promise<RouterAnswer> {
    const admitted = this.#admit(request)
    if (admitted instanceof Error) return failedWith(admitted)
    if (admitted.message.read) return (await this.#readAdmitted(request, admitted)).answer
    const { to, idempotencyKey } = request
    const crowded = this.#crowded(to)
    if (crowded !== null) return this.#overloaded(crowded)
    if (idempotencyKey === null) return this.#enqueue(request, admitted, null)
    return this.#once(request, admitted, idempotencyKey)
  }

  /** A read of committed state. Always resolves: failures are answers. */
  async read(request: ReadRequest): Promise<ReadAnswer> {
    const admitted = this.#admit(request)
    if (admitted instanceof Error) return unread(failedWith(admitted))
    if (!admitted.message.read) {
      const { to, message } = request
      return unread(failed(routerErrors.MESSAGE_NOT_READ({ component: to.component, message })))
    }
    return this.#readAdmitted(request, admitted)
  }

  /**
   * Has a connection follow an entity: events with a number above `sequence` follow, in order, none missing. First the
   * entity's `attached` handler runs, if it has one, then the snapshot is read. Attached only if the answer is a reply;
   * its output is the snapshot, or null if none was asked for.
   */
  async attach(request: AttachRequest): Promise<{ readonly answer: RouterAnswer; readonly sequence: number }> {
    const { connection, to, caller, onEvent } = request
    const addressee = this.#options.contracts.get(to.component)
    const refusal = this.#stopping
      ? routerErrors.STOPPING({ what: 'attachments' })
      : addressee?.kind !== 'component'
        ? routerErrors.COMPONENT_UNKNOWN({ component: to.component, hint: '' })
        : badKey(to.component, keyProblem(addressee, to.key))
    if (refusal !== null) return { answer: failedWith(refusal), sequence: 0 }
    const attachment: Attachment = { connection, to, caller, onEvent, early: [] }
    this.#attachments.add(attachment)
    const snapshot = await this.#snapshot(request, addressee?.handles.attached ?? false)
    if (!this.#attachments.has(attachment)) return snapshot
    if (snapshot.answer.type === 'replied') this.#attachments.follow(attachment, snapshot.sequence)
    else this.#attachments.remove(connection, to)
    return snapshot
  }

  detach(connection: string, to: Address): void {
    const attachment = this.#attachments.remove(connection, to)
    if (attachment !== null) this.#detached(attachment)
  }

  /** Detaches a connection from everything. */
  disconnect(connection: string): void {
    for (const { to } of this.#attachments.of(connection)) this.detach(connection, to)
  }

  /** The component's new cell serves; `epoch` is the one that it commits under. */
  cellReady(component: string, epoch: number): void {
    this.#lanes.get(component)?.ready(epoch)
  }

  /**
   * The cell has ended. Ends its epoch in the store, which then has told of every turn that committed; what did not is
   * put back, in order. Whoever may have ended the cell is run alone from now on.
   */
  async cellEnded(component: string, { suspectTurn }: { readonly suspectTurn: number | null }): Promise<void> {
    const lane = this.#lanes.get(component)
    if (lane === undefined) return
    const { epoch } = lane
    lane.suspend()
    try {
      if (epoch !== null) await this.#options.store.call('endEpoch', { component, epoch })
    } finally {
      this.#redeliver(lane, suspectTurn)
      lane.resume()
    }
  }

  /** Stops delivery to a component; every `suspend` has its `resume`. Requests go on being taken. */
  suspend(component: string): void {
    this.#lanes.get(component)?.suspend()
  }

  resume(component: string): void {
    this.#lanes.get(component)?.resume()
  }

  /** What a cell reports. Items of an epoch that is over are dropped: its turns were put back, or are being so. */
  receive(component: string, epoch: number, items: readonly FromCell[]): void {
    const lane = this.#lanes.get(component)
    if (lane === undefined || lane.epoch !== epoch) return
    for (const item of items) this.#take(lane, item)
    lane.pump()
    this.#watchForQuiet()
  }

  /** What the store has taken and refused, in its order. */
  verdicts(verdicts: readonly Verdict[]): void {
    const touched = new Set<Lane>()
    for (const verdict of verdicts) {
      const lane = this.#lanes.get(verdict.to.component)
      if (verdict.type === 'committed') this.#committed(lane, verdict)
      else if (lane !== undefined) this.#refused(lane, verdict)
      if (lane !== undefined) touched.add(lane)
    }
    for (const lane of touched) lane.pump()
    this.#watchForQuiet()
  }

  /** Puts a dead letter back into delivery. false: there is none of that number. */
  async retryDeadLetter(id: number): Promise<boolean> {
    const { store, clock } = this.#options
    const retried = await store.call('retryDeadLetter', { id, nowMs: clock.nowMs() })
    if (retried === null) return false
    this.#feed.wrote(retried.outbox)
    if (retried.timer) this.#feed.dueAt(clock.nowMs())
    return true
  }

  status(): RouterStatus {
    return {
      components: Object.fromEntries(
        [...this.#lanes].map(([component, { waiting, inFlight }]) => [component, { waiting, inFlight }]),
      ),
      callers: this.#callers.size,
      outbox: this.#outboxRows,
    }
  }

  /**
   * Takes no new requests, stops delivery, and waits until what is in flight is settled, at most for `stopMs`. What
   * waits in the store goes on waiting there; callers that are left are told that the outcome is unknown.
   */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#feed.stop()
    for (const lane of this.#lanes.values()) lane.suspend()
    if (!this.#isQuiet()) {
      const { clock } = this.#options
      await new Promise<void>((resolve) => {
        this.#quiet = resolve
        clock.after(this.#limits.stopMs, resolve)
      })
    }
    this.#deadlines.stop()
    for (const request of this.#callers.all()) {
      const answer = this.#withdraw(request)
        ? failed(routerErrors.STOPPING({ what: 'requests' }))
        : failed(routerErrors.OUTCOME_UNKNOWN({ what: 'the host stopped before it was answered' }))
      this.#callers.answer(request, answer)
    }
  }

  /** For tests and simulations. */
  assertConsistent(): void {
    for (const lane of this.#lanes.values()) lane.assertConsistent()
  }

  // ---------------------------------------------------------------- requests

  #admit(request: ReadRequest): Admitted | SelfsameError {
    if (this.#stopping) return routerErrors.STOPPING({ what: 'requests' })
    return admit(this.#options.contracts, request)
  }

  #readAdmitted({ to, message, caller }: ReadRequest, { input }: Admitted): Promise<ReadAnswer> {
    const lane = this.#lanes.get(to.component)
    if (lane === undefined) return Promise.resolve(unread(failed(routerErrors.STOPPING({ what: 'reads' }))))
    if (lane.readsWaiting >= this.#limits.componentWaitingMax) {
      return Promise.resolve(unread(this.#overloaded(`reads of '${to.component}'`)))
    }
    this.#deadlines.watch()
    return new Promise((told) => {
      lane.read(to, { kind: 'read', message, input, caller, told, arrivedMs: this.#options.clock.monotonicMs() })
    })
  }

  #enqueue(
    { to, message, caller }: TurnRequest,
    { input }: Admitted,
    idempotency: RequestWork['cause']['idempotency'],
  ): Promise<RouterAnswer> {
    const { request, answered } = this.#callers.add(this.#options.clock.monotonicMs())
    const cause = { type: 'request', request, idempotency } as const
    this.#requestAddresses.set(request, to)
    void answered.then(() => this.#requestAddresses.delete(request))
    this.#deadlines.watch()
    this.#lanes.get(to.component)?.add(to, { kind: 'request', message, input, caller, cause, kills: 0, recorded: [] })
    return answered
  }

  /** Where each waiting request goes, so that it can be taken out when its caller has waited too long. */
  readonly #requestAddresses = new Map<number, Address>()

  async #once(request: TurnRequest, admitted: Admitted, key: string): Promise<RouterAnswer> {
    const { to, message } = request
    const fingerprint = this.#options.digest(`${message}\n${admitted.input ?? ''}`)
    const mismatch = () => failed(routerErrors.IDEMPOTENCY_MISMATCH({ component: to.component, message }))
    const underWay = this.#idempotency.underWay(to, key, fingerprint)
    if (underWay === 'mismatch') return mismatch()
    if (underWay !== null) return underWay
    const answered = this.#firstOrKept(request, admitted, { key, fingerprint }, mismatch)
    this.#idempotency.begin(to, key, { fingerprint, answered })
    return answered
  }

  async #firstOrKept(
    request: TurnRequest,
    admitted: Admitted,
    idempotency: { key: string; fingerprint: string },
    mismatch: () => RouterAnswer,
  ): Promise<RouterAnswer> {
    const { to } = request
    try {
      const known = await this.#idempotency.known(to, idempotency.key, idempotency.fingerprint)
      switch (known.type) {
        case 'new':
          return await this.#enqueue(request, admitted, idempotency)
        case 'mismatch':
          return mismatch()
        case 'answered':
          return known.answer
        case 'awaited':
          return await this.#awaitKept(to, idempotency.key)
        default:
          return known satisfies never
      }
    } catch (error) {
      return failed(routerErrors.COMMIT_FAILED({ problem: messageOf(error) }))
    }
  }

  /** The first call waits, deferred, perhaps since before a restart: this caller is answered with it. */
  async #awaitKept(to: Address, key: string): Promise<RouterAnswer> {
    const { store, clock } = this.#options
    const { request, answered } = this.#callers.add(clock.monotonicMs())
    this.#callers.defer(request)
    try {
      await store.call('awaitIdempotent', { to, key, request })
    } catch (error) {
      if (codeOf(error) !== 'WAIT_ENDED') throw error
      const kept = await store.call('idempotent', { to, key })
      if (kept?.answer) this.#callers.answer(request, kept.answer)
      else this.#callers.answer(request, failed(routerErrors.OUTCOME_UNKNOWN({ what: 'its answer was not kept' })))
    }
    return answered
  }

  /** Why no further request is taken for this entity, or null. */
  #crowded(to: Address): string | null {
    const lane = this.#lanes.get(to.component)
    const { entityWaitingMax, componentWaitingMax, outboxRowsMax } = this.#limits
    if (this.#outboxRows >= outboxRowsMax) return 'the outbox is full'
    if ((lane?.requestsWaiting ?? 0) >= componentWaitingMax) return `requests for '${to.component}'`
    if ((lane?.find(to.key)?.requestsWaiting ?? 0) >= entityWaitingMax) return `requests for '${addressText(to)}'`
    return null
  }

  #overloaded(what: string): RouterAnswer {
    return { ...failed(routerErrors.OVERLOADED({ what })), retryAfterMs: this.#limits.retryAfterMs }
  }

  #answer(answers: readonly { readonly request: number; readonly answer: Answer }[]): void {
    for (const { request, answer } of answers) this.#callers.answer(request, answer)
  }

  // ---------------------------------------------------------------- attachments

  async #snapshot(
    { to, caller, read, from = 'gateway' }: AttachRequest,
    greets: boolean,
  ): Promise<{ answer: RouterAnswer; sequence: number }> {
    if (greets) {
      const greeted = await this.#connectionTurn({ to, caller, event: 'attached' })
      if (greeted.type !== 'replied') return { answer: greeted, sequence: 0 }
    }
    if (read !== null) return this.read({ to, ...read, caller, from })
    const record = await this.#options.store.call('get', to).catch(() => undefined)
    if (record === undefined)
      return { answer: failed(routerErrors.COMMIT_FAILED({ problem: 'it does not answer' })), sequence: 0 }
    if (record === null) return { answer: failed(routerErrors.NOT_FOUND(to)), sequence: 0 }
    return { answer: { type: 'replied', output: null }, sequence: record.sequence }
  }

  #connectionTurn(turn: { to: Address; caller: Caller; event: 'attached' | 'detached' }): Promise<RouterAnswer> {
    const { to, caller, event } = turn
    return new Promise((told) => {
      const cause = { type: 'connection', event } as const
      const work: ConnectionWork = { kind: 'connection', cause, caller, told, kills: 0, recorded: [] }
      this.#deadlines.watch()
      this.#lanes.get(to.component)?.add(to, work)
    })
  }

  #detached({ to, caller }: Attachment): void {
    if (this.#stopping || this.#options.contracts.get(to.component)?.handles.detached !== true) return
    void this.#connectionTurn({ to, caller, event: 'detached' })
  }

  // ---------------------------------------------------------------- what lies in the store

  #takeRow(row: OutboxRow): void {
    const { contracts, clock } = this.#options
    const pauseMs = Math.max(0, row.notBeforeMs - clock.nowMs())
    const work: StoredWork = {
      kind: 'row',
      row,
      attempts: row.attempts,
      notBeforeMs: clock.monotonicMs() + pauseMs,
      kills: 0,
      recorded: [],
    }
    const refusal = undeliverable(contracts, row) ?? this.#invalid(row)
    if (refusal !== null) return this.#settling.bury(work, refusal)
    const lane = this.#lanes.get(row.to.component)
    lane?.add(row.to, work)
    this.#deadlines.watch()
    if (pauseMs > 0) clock.after(pauseMs, () => lane?.wake(lane.mailbox(row.to)))
  }

  /** Why the row's input cannot be received; a continuation's is composed and checked by the cell. */
  #invalid({ to, message, input, fate }: OutboxRow): SelfsameError | null {
    const addressee = this.#options.contracts.get(to.component)
    if (addressee === undefined) return null
    const problem = keyProblem(addressee, to.key)
    if (problem !== null) return routerErrors.KEY_INVALID({ component: to.component, problem })
    if (fate !== null) return null
    const checked = checkInput(addressee, { message, input })
    return checked.type === 'valid' ? null : checked.error
  }

  #takeTimer(timer: TimerRow): void {
    const { clock, contracts } = this.#options
    const work: StoredWork = {
      kind: 'timer',
      timer,
      attempts: 0,
      notBeforeMs: clock.monotonicMs(),
      kills: 0,
      recorded: [],
    }
    const refusal = undeliverable(contracts, { to: timer.to, message: timer.message })
    if (refusal !== null) return this.#settling.bury(work, refusal)
    this.#deadlines.watch()
    this.#lanes.get(timer.to.component)?.add(timer.to, work)
  }

  // ---------------------------------------------------------------- reports and verdicts

  #take(lane: Lane, item: FromCell): void {
    if (item.type === 'ready' || item.type === 'stopped') return
    const attempt = lane.attempt(item.turn)
    if (item.type === 'log') return this.#logged(lane, attempt, item)
    // Given up meanwhile, or settled already.
    if (attempt === undefined) return
    switch (item.type) {
      case 'committing':
        attempt.mailbox.computed(attempt)
        return
      case 'answered':
      case 'missing':
      case 'faulted':
        if (attempt.mailbox.reported(attempt, item)) this.#tell(lane, attempt, item)
        return
      case 'ask':
        return this.#callsOut.ask(lane, attempt, item)
      case 'fetch':
        return this.#callsOut.fetch(lane, attempt, item)
      default:
        item satisfies never
    }
  }

  #tell(lane: Lane, attempt: Attempt, report: NonNullable<Attempt['report']>): void {
    lane.settled(attempt)
    this.#settling.told(lane, attempt, report)
  }

  #committed(lane: Lane | undefined, verdict: Extract<Verdict, { type: 'committed' }>): void {
    const { turn, to, events, answers, outbox, dueMs } = verdict
    this.#outboxRows += outbox.length
    const attempt = lane?.attempt(turn)
    if (lane !== undefined && attempt !== undefined) {
      const released = attempt.mailbox.committed(attempt)
      lane.settled(attempt)
      this.#settledByCommit(attempt, answers)
      this.#answer(answers)
      this.#attachments.publish(to, events)
      for (const held of released) if (held.report !== null) this.#tell(lane, held, held.report)
    } else {
      this.#answer(answers)
      this.#attachments.publish(to, events)
    }
    if (outbox.length > 0) this.#feed.wrote(outbox)
    if (dueMs !== null) this.#feed.dueAt(dueMs)
  }

  /** Its cause is consumed; a caller that is not among the answers waits for a later turn. */
  #settledByCommit({ work }: Attempt, answers: readonly { readonly request: number }[]): void {
    switch (work.kind) {
      case 'row':
        this.#outboxRows -= 1
        return this.#feed.rowSettled(work.row.row)
      case 'timer':
        return this.#feed.timerSettled(work.timer.row)
      case 'request':
        if (!answers.some(({ request }) => request === work.cause.request)) this.#callers.defer(work.cause.request)
        return
      case 'connection':
        return work.told({ type: 'replied', output: null })
      case 'read':
        return
      default:
        work satisfies never
    }
  }

  #refused(lane: Lane, verdict: Extract<Verdict, { type: 'refused' }>): void {
    const attempt = lane.attempt(verdict.turn)
    // The end of an epoch is dealt with when the cell has ended; a lease that we ended ourselves, when we did so.
    if (attempt === undefined || verdict.because === 'epoch') return
    const runAgain = verdict.because === 'base' || verdict.because === 'lease'
    this.#breakAt(lane, attempt, { from: runAgain })
    if (runAgain) return
    attempt.mailbox.drop(attempt)
    lane.settled(attempt)
    switch (verdict.because) {
      case 'consumed':
        // Done before, by an attempt that was thought lost.
        if (attempt.work.kind === 'row') this.#feed.rowSettled(attempt.work.row.row)
        if (attempt.work.kind === 'timer') this.#feed.timerSettled(attempt.work.timer.row)
        return
      case 'duplicate':
        return this.#duplicate(attempt, verdict.answer)
      case 'failed':
        return this.#settling.notCommitted(lane, attempt, verdict.message)
      default:
        verdict.because satisfies never
    }
  }

  /** Another call under the same key came first. */
  #duplicate({ work, mailbox }: Attempt, answer: Answer | null): void {
    if (work.kind !== 'request') return
    const { request, idempotency } = work.cause
    if (answer !== null || idempotency === null) {
      return this.#callers.answer(
        request,
        answer ?? failed(routerErrors.OUTCOME_UNKNOWN({ what: 'its key was taken' })),
      )
    }
    void this.#awaitKept(mailbox.to, idempotency.key).then((kept) => this.#callers.answer(request, kept))
  }

  /** Runs again whatever was delivered after the attempt, under a higher lease; with `from`, the attempt too. */
  #breakAt(lane: Lane, attempt: Attempt, { from }: { readonly from: boolean }): void {
    const broken = attempt.mailbox.breakAt(attempt, { from, lease: lane.nextLease() })
    for (const { turn, state, work } of broken) {
      if (state === 'running' && work.kind !== 'read') {
        this.#options.cells.send(lane.component, { type: 'abandon', turn })
      }
    }
    lane.again(attempt.mailbox, broken)
  }

  #redeliver(lane: Lane, suspectTurn: number | null): void {
    const lost = lane.lose()
    const running = lost.filter(({ state, work }) => state === 'running' && work.kind !== 'read')
    const suspects = lost.some(({ turn }) => turn === suspectTurn)
      ? lost.filter(({ turn }) => turn === suspectTurn)
      : running
    const again = new Map<Attempt['mailbox'], Attempt[]>()
    for (const attempt of lost) {
      if (suspects.includes(attempt) && this.#condemned(lane, attempt, suspects.length === 1)) continue
      again.set(attempt.mailbox, [...(again.get(attempt.mailbox) ?? []), attempt])
    }
    for (const [mailbox, attempts] of again) lane.again(lane.mailbox(mailbox.to), attempts)
  }

  /** Counts a death against a suspect. true: it is not run again. */
  #condemned(lane: Lane, attempt: Attempt, isCertain: boolean): boolean {
    const { work } = attempt
    // Whoever asked can ask again; a read is not worth a second cell.
    if (work.kind === 'read') {
      if (isCertain) this.#settling.killed(lane, attempt)
      return isCertain
    }
    work.kills += 1
    const isCondemned = isCertain && work.kills >= this.#limits.killsMax
    if (isCondemned) {
      lane.cleared(work)
      this.#settling.killed(lane, attempt)
    } else lane.suspect(work)
    return isCondemned
  }

  // ---------------------------------------------------------------- time

  /** Whether anything is still under way. */
  #lookAtDeadlines(): boolean {
    const { clock, inspect } = this.#options
    const { requestDeadlineMs, turnDeadlineMs } = this.#limits
    if (!inspect) {
      const now = clock.monotonicMs()
      for (const request of this.#callers.overdue(now - requestDeadlineMs)) this.#giveUpWaiting(request)
      for (const lane of this.#lanes.values()) {
        for (const attempt of [...lane.attempts()]) {
          if (attempt.state === 'running' && attempt.deliveredMs <= now - turnDeadlineMs)
            void this.#abandon(lane, attempt)
        }
      }
    }
    return this.#callers.hasty > 0 || !this.#isQuiet()
  }

  /** A caller has waited too long. If its message still waits, it is taken out, and nothing has happened. */
  #giveUpWaiting(request: number): void {
    if (this.#withdraw(request)) {
      return this.#callers.answer(request, this.#overloaded('it had to wait too long'))
    }
    this.#callers.answer(request, failed(routerErrors.OUTCOME_UNKNOWN({ what: 'no answer came in time' })))
  }

  /** Takes a request out that still waits. false: it is on its way, or was. */
  #withdraw(request: number): boolean {
    const to = this.#requestAddresses.get(request)
    const lane = to === undefined ? undefined : this.#lanes.get(to.component)
    const mailbox = to === undefined ? undefined : lane?.find(to.key)
    return mailbox !== undefined && lane?.withdraw(mailbox, request) === true
  }

  /** Gives up a turn that does not end: its lease ends first, so that it cannot commit after all. */
  async #abandon(lane: Lane, attempt: Attempt): Promise<void> {
    const { store, cells } = this.#options
    const { mailbox, work, lease, turn } = attempt
    if (work.kind === 'read') {
      mailbox.drop(attempt)
      lane.settled(attempt)
      return this.#settling.answer(work, failed(this.#timeout(attempt)))
    }
    await store.call('revoke', { to: mailbox.to, lease }).catch(() => undefined)
    // The store has told of it by now, if it had committed before.
    if (lane.attempt(turn) !== attempt) return
    cells.send(lane.component, { type: 'abandon', turn })
    this.#breakAt(lane, attempt, { from: false })
    mailbox.drop(attempt)
    lane.settled(attempt)
    const { code, message } = this.#timeout(attempt)
    this.#settling.faulted(lane, attempt, { code, message, stack: '' })
    lane.pump()
  }

  #timeout({ mailbox, work }: Attempt): SelfsameError {
    const { turnDeadlineMs: limitMs } = this.#limits
    return routerErrors.TURN_TIMEOUT({ component: mailbox.to.component, message: messageOfWork(work), limitMs })
  }

  #isQuiet(): boolean {
    for (const lane of this.#lanes.values()) if (lane.inFlight > 0) return false
    return true
  }

  #watchForQuiet(): void {
    if (this.#quiet !== null && this.#isQuiet()) this.#quiet()
  }

  // ---------------------------------------------------------------- parts

  #newLane(component: string): Lane {
    const { clock, cells, random } = this.#options
    return new Lane(component, {
      nowMs: () => clock.monotonicMs(),
      nextTurn: () => ++this.#turn,
      deliver: (attempt) =>
        cells.send(component, deliveryOf(attempt, { nowMs: Math.trunc(clock.nowMs()), seed: random.hex(SEED_BYTES) })),
      cellWindow: this.#limits.cellWindow,
      entityWindow: this.#limits.entityWindow,
    })
  }

  #logged(lane: Lane, attempt: Attempt | undefined, item: Extract<FromCell, { type: 'log' }>): void {
    this.#options.log({
      level: 'info',
      from: lane.component,
      message: item.message,
      ...(attempt === undefined ? {} : { entity: addressText(attempt.mailbox.to), turn: item.turn }),
      ...(item.data === null ? {} : { data: JSON.parse(item.data) }),
    })
  }
}

export function createRouter(options: RouterOptions): Router {
  return new Router(options)
}

function unread(answer: RouterAnswer): ReadAnswer {
  return { answer, sequence: 0, revision: 0 }
}

function badKey(component: string, problem: string | null): SelfsameError | null {
  return problem === null ? null : routerErrors.KEY_INVALID({ component, problem })
}
