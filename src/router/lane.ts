/**
 * The way to the cell of one component: its mailboxes, what is on its way, and how much may be. The lane outlives its
 * cells; while none serves, or delivery is suspended, everything waits here.
 *
 * After a death whose cause is not certain the lane is careful: it delivers one work at a time until all suspects have
 * been run alone, so that the next death names its cause.
 */
import type { Address, Delivery } from '../turn/index.ts'
import { type Attempt, Mailbox } from './mailbox.ts'
import type { ReadWork, TurnWork, Work } from './work.ts'

export type LanePowers = {
  readonly nowMs: () => number
  readonly nextTurn: () => number
  readonly deliver: (attempt: Attempt) => void
  readonly cellWindow: number
  readonly entityWindow: number
}

export class Lane {
  readonly component: string
  readonly #powers: LanePowers
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #inFlight = new Map<number, Attempt>()
  /** Mailboxes that may have something to deliver, in turn. */
  #queue: Mailbox[] = []
  #reads: { readonly to: Address; readonly work: ReadWork }[] = []
  #suspects = new Set<TurnWork>()
  #epoch: number | null = null
  #suspended = 0
  #lease = 1
  #requestsWaiting = 0

  constructor(component: string, powers: LanePowers) {
    this.component = component
    this.#powers = powers
  }

  get epoch(): number | null {
    return this.#epoch
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  get requestsWaiting(): number {
    return this.#requestsWaiting
  }

  get readsWaiting(): number {
    return this.#reads.length
  }

  get waiting(): number {
    let waiting = this.#reads.length
    for (const mailbox of this.#mailboxes.values()) waiting += mailbox.waiting
    return waiting
  }

  attempts(): Iterable<Attempt> {
    return this.#inFlight.values()
  }

  attempt(turn: number): Attempt | undefined {
    return this.#inFlight.get(turn)
  }

  /** The mailbox of an entity, made if there is none. It goes when it is idle. */
  mailbox(to: Address): Mailbox {
    const known = this.#mailboxes.get(to.key)
    if (known !== undefined) return known
    // The current lease, not the first one: the cell may know this entity under a higher one than a new box would.
    const made = new Mailbox(to, this.#lease)
    this.#mailboxes.set(to.key, made)
    return made
  }

  find(key: string): Mailbox | undefined {
    return this.#mailboxes.get(key)
  }

  add(to: Address, work: TurnWork): void {
    const mailbox = this.mailbox(to)
    mailbox.add(work)
    if (work.kind === 'request') this.#requestsWaiting += 1
    this.#enqueue(mailbox)
    this.pump()
  }

  read(to: Address, work: ReadWork): void {
    this.#reads.push({ to, work })
    this.pump()
  }

  /** Looks at the mailbox again: a pause of one of its works is over. */
  wake(mailbox: Mailbox): void {
    this.#enqueue(mailbox)
    this.pump()
  }

  withdraw(mailbox: Mailbox, request: number): boolean {
    const withdrawn = mailbox.withdraw(request)
    if (withdrawn) this.#requestsWaiting -= 1
    this.#tidy(mailbox)
    return withdrawn
  }

  /** A higher lease than any before. */
  nextLease(): number {
    this.#lease += 1
    return this.#lease
  }

  ready(epoch: number): void {
    this.#epoch = epoch
    this.pump()
  }

  suspend(): void {
    this.#suspended += 1
  }

  resume(): void {
    this.#suspended -= 1
    this.pump()
  }

  /** The attempt has been settled one way or another. */
  settled(attempt: Attempt): void {
    this.#inFlight.delete(attempt.turn)
    if (attempt.work.kind !== 'read') this.#suspects.delete(attempt.work)
    this.#enqueue(attempt.mailbox)
    this.#tidy(attempt.mailbox)
  }

  /** Takes attempts off without an outcome and puts their works back, in order. */
  again(mailbox: Mailbox, attempts: readonly Attempt[]): void {
    const turns: TurnWork[] = []
    for (const { turn, work } of attempts) {
      this.#inFlight.delete(turn)
      if (work.kind === 'read') this.#reads.push({ to: mailbox.to, work })
      else turns.push(work)
    }
    this.#requestsWaiting += turns.filter(({ kind }) => kind === 'request').length
    mailbox.requeue(turns)
    this.#enqueue(mailbox)
  }

  /** The cell has ended, and no verdict of it can come any more. Returns what was on its way, in order of delivery. */
  lose(): readonly Attempt[] {
    this.#epoch = null
    const lost = [...this.#inFlight.values()]
    const lease = this.nextLease()
    for (const mailbox of this.#mailboxes.values()) mailbox.lose(lease)
    this.#inFlight.clear()
    return lost
  }

  suspect(work: TurnWork): void {
    this.#suspects.add(work)
  }

  cleared(work: TurnWork): void {
    this.#suspects.delete(work)
  }

  pump(): void {
    const { nowMs, cellWindow, entityWindow } = this.#powers
    const window = this.#suspects.size > 0 ? 1 : cellWindow
    const mayDeliver = () => this.#epoch !== null && this.#suspended === 0 && this.#inFlight.size < window
    while (this.#reads.length > 0 && mayDeliver()) {
      const [read] = this.#reads.splice(0, 1)
      if (read !== undefined) this.#start(this.mailbox(read.to), read.work)
    }
    const now = nowMs()
    while (this.#queue.length > 0 && mayDeliver()) {
      const mailbox = this.#queue.shift()
      if (mailbox === undefined) break
      mailbox.isQueued = false
      if (mailbox.inFlight.length >= entityWindow) continue
      const work = mailbox.next(now)
      if (work === null) {
        this.#tidy(mailbox)
        continue
      }
      if (work.kind === 'request') this.#requestsWaiting -= 1
      this.#start(mailbox, work)
      this.#enqueue(mailbox)
    }
  }

  assertConsistent(): void {
    for (const mailbox of this.#mailboxes.values()) mailbox.assertConsistent()
  }

  #start(mailbox: Mailbox, work: Work): void {
    const attempt: Attempt = {
      turn: this.#powers.nextTurn(),
      work,
      mailbox,
      lease: mailbox.lease,
      deliveredMs: this.#powers.nowMs(),
      state: 'running',
      report: null,
      dependents: [],
    }
    mailbox.started(attempt)
    this.#inFlight.set(attempt.turn, attempt)
    this.#powers.deliver(attempt)
  }

  #enqueue(mailbox: Mailbox): void {
    if (mailbox.isQueued || mailbox.waiting === 0) return
    mailbox.isQueued = true
    this.#queue.push(mailbox)
  }

  #tidy(mailbox: Mailbox): void {
    if (mailbox.isIdle && !mailbox.isQueued) this.#mailboxes.delete(mailbox.to.key)
  }
}

/** What the cell is handed for an attempt. */
export function deliveryOf(attempt: Attempt, given: { nowMs: number; seed: string }): Delivery {
  const { turn, lease, work, mailbox } = attempt
  const common = { turn, lease, to: mailbox.to, ...given }
  switch (work.kind) {
    case 'read': {
      const { message, input, caller } = work
      const cause = { type: 'request', request: 0, idempotency: null } as const
      return { ...common, type: 'read', message, input, caller, cause, recorded: [] }
    }
    case 'request': {
      const { message, input, caller, cause, recorded } = work
      return { ...common, type: 'turn', message, input, caller, cause, recorded }
    }
    case 'row': {
      const { row, recorded } = work
      const { message, input, caller, sender, continuation, fate, result } = row
      const cause = { type: 'message', row: row.row, sender, continuation, fate } as const
      return { ...common, type: 'turn', message, input, caller, cause, recorded, result }
    }
    case 'timer': {
      const { timer, recorded } = work
      const { message, input, name, row } = timer
      const caller = { identity: `${mailbox.to.component}/${mailbox.to.key}`, connection: null }
      return { ...common, type: 'turn', message, input, caller, cause: { type: 'timer', name, row }, recorded }
    }
    case 'connection': {
      const { cause, caller, recorded } = work
      return { ...common, type: 'turn', message: `@${cause.event}`, input: null, caller, cause, recorded }
    }
    default:
      return work satisfies never
  }
}
