/**
 * Rows of the outbox and timers, from the moment they are taken up to the moment the store has let go of them: by the
 * commit of their turn, by `refuse` (no such entity), or by `bury`. Faults are tried again with growing pauses; rows of
 * the same sender for the same entity wait behind, so that their order holds.
 *
 * What an attempt had fetched is forgotten when it faults: a recorded failure would only be met again. The seed stays,
 * so keys that the turn made for the outside are the same.
 */
import { type Clock, messageOf, type Random } from '../base/index.ts'
import { addressText, type Fault, type OutboxRow, type Store, type TimerRow } from '../turn/index.ts'
import { type Contracts, refuseRow, refuseTimer } from './admission.ts'
import { backoffMs } from './backoff.ts'
import { routerErrors } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import type { RouterLog } from './log.ts'
import { OutboxFeed } from './outbox-feed.ts'
import type { Work, WorkEnd } from './work.ts'

type Stored = { readonly cause: 'message' | 'timer'; readonly row: number }
type Reason = { readonly code: string; readonly reason: string }

export type RedeliveryPowers = {
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
  readonly limits: RouterLimits
  readonly contracts: Contracts
  readonly log: RouterLog
  readonly add: (work: Work) => void
  readonly comeBack: (work: Work) => void
  readonly finishAway: (work: Work) => void
  /** There is room for rows that were left in the store. */
  readonly wantsPage: () => void
}

export class Redelivery {
  readonly feed: OutboxFeed
  readonly #powers: RedeliveryPowers
  readonly #timers = new Set<number>()
  #stopped = false

  constructor(powers: RedeliveryPowers) {
    this.#powers = powers
    this.feed = new OutboxFeed({ rowsMax: powers.limits.outboxRowsHeld })
  }

  get timersHeld(): number {
    return this.#timers.size
  }

  /** From here on nothing is taken up or tried again: it lies in the store. */
  stop(): void {
    this.#stopped = true
  }

  /** Rows that the store has just told of, by a verdict or by the result of a call. */
  written(rows: readonly OutboxRow[]): void {
    if (rows.length > 0) this.#deliver(this.feed.written(rows))
  }

  /** What `due` brought. Returns whether anything of it is new. */
  due({ outbox, timers }: { readonly outbox: readonly OutboxRow[]; readonly timers: readonly TimerRow[] }): boolean {
    const rows = this.feed.page(outbox)
    this.#deliver(rows)
    const fresh = timers.filter(({ row }) => !this.#timers.has(row))
    for (const timer of fresh) this.#fire(timer)
    return rows.length + fresh.length > 0
  }

  ended(work: Work, end: WorkEnd): void {
    switch (end.type) {
      case 'committed':
        return this.#done(work)
      case 'refused':
        if (end.verdict.because === 'failed') return this.#faulted(work, storeFault(end.verdict.message))
        // It was consumed: by its own earlier attempt, or because it was cancelled or set anew.
        this.#powers.finishAway(work)
        return this.#done(work)
      case 'missing':
        return void this.#missing(work)
      case 'faulted':
        this.#logFault(work, end)
        return this.#faulted(work, end)
      case 'answered':
        throw new Error(`Selfsame bug: a ${work.source.type} cannot end as '${end.type}'`)
      default:
        end satisfies never
    }
  }

  #deliver(rows: readonly OutboxRow[]): void {
    const { contracts, clock, limits } = this.#powers
    for (const row of rows) {
      const refused = refuseRow(contracts, row)
      const work = this.#workOf(row)
      if (refused !== null) {
        void this.#bury(work, { code: refused.code, reason: refused.message })
        continue
      }
      // Clamped, in case the clock was set back meanwhile.
      const waitMs = Math.min(limits.backoffMs, row.notBeforeMs - clock.nowMs())
      work.away = waitMs > 0
      this.#powers.add(work)
      if (waitMs > 0) this.#comeBackIn(waitMs, work)
    }
  }

  #fire(timer: TimerRow): void {
    this.#timers.add(timer.row)
    const { to, message, input } = timer
    const refused = refuseTimer(this.#powers.contracts, timer)
    const work: Work = {
      to,
      message,
      input,
      caller: { identity: addressText(to), connection: null },
      source: { type: 'timer', timer },
      seed: this.#powers.random.hex(16),
      lane: null,
      faults: 0,
      kills: 0,
      away: false,
      recorded: [],
    }
    if (refused === null) this.#powers.add(work)
    else void this.#bury(work, { code: refused.code, reason: refused.message })
  }

  #workOf(row: OutboxRow): Work {
    const { to, message, input, caller, sender, attempts } = row
    return {
      to,
      message,
      input,
      caller,
      source: { type: 'row', row },
      seed: this.#powers.random.hex(16),
      lane: sender === null ? caller.identity : addressText(sender),
      faults: attempts,
      kills: 0,
      away: false,
      recorded: [],
    }
  }

  #done(work: Work): void {
    const { source } = work
    if (source.type === 'timer') this.#timers.delete(source.timer.row)
    if (source.type !== 'row') return
    this.feed.done(source.row.row)
    if (this.feed.wantsPage) this.#powers.wantsPage()
  }

  /** No such entity. A timer of one goes with it in the store, so burying it finds nothing. */
  async #missing(work: Work): Promise<void> {
    const { component, key } = work.to
    const { code, message } = routerErrors.NOT_FOUND({ component, key })
    if (work.source.type !== 'row') return this.#buryAway(work, { code, reason: message })
    const { store, clock } = this.#powers
    await this.#persist(work, async () => {
      const { row } = storedOf(work)
      const { outbox } = await store.call('refuse', { row, code, message, nowMs: clock.nowMs() })
      return outbox
    })
    this.#powers.finishAway(work)
    this.#done(work)
  }

  #faulted(work: Work, end: { readonly fault: Fault; readonly final: boolean }): void {
    const { limits, store, clock, log } = this.#powers
    work.faults += 1
    work.recorded = []
    const { code, message } = end.fault
    if (end.final || work.faults >= limits.attempts) return void this.#buryAway(work, { code, reason: message })
    const waitMs = backoffMs(work.faults, limits)
    this.#comeBackIn(waitMs, work)
    if (work.source.type !== 'row') return
    const { row } = storedOf(work)
    store
      .call('postpone', { row, attempts: work.faults, notBeforeMs: clock.nowMs() + waitMs })
      .catch((error: unknown) => {
        // The pause holds all the same; after a restart the row would be tried earlier.
        if (!this.#stopped) log({ level: 'warn', from: 'router', message: `postpone failed: ${messageOf(error)}` })
      })
  }

  #comeBackIn(delayMs: number, work: Work): void {
    this.#powers.clock.after(delayMs, () => {
      if (!this.#stopped) this.#powers.comeBack(work)
    })
  }

  async #buryAway(work: Work, reason: Reason): Promise<void> {
    await this.#bury(work, reason)
    this.#powers.finishAway(work)
  }

  async #bury(work: Work, { code, reason }: Reason): Promise<void> {
    const { store, clock, log } = this.#powers
    const buried = `'${work.message}' was taken out of delivery: ${code}: ${reason}`
    log({ level: 'error', from: work.to.component, entity: addressText(work.to), message: buried })
    await this.#persist(work, async () => {
      const burial = { ...storedOf(work), code, reason, attempts: work.faults, nowMs: clock.nowMs() }
      const { outbox } = await store.call('bury', burial)
      return outbox
    })
    this.#done(work)
  }

  /** Until the store has done it. It may have no room for dead letters: then the row stays where it is, and waits. */
  async #persist(work: Work, act: () => Promise<readonly OutboxRow[]>): Promise<void> {
    const { clock, limits, log } = this.#powers
    while (!this.#stopped) {
      try {
        return this.written(await act())
      } catch (error) {
        if (this.#stopped) return
        const message = `a message could not be taken out of delivery: ${messageOf(error)}`
        log({ level: 'error', from: 'router', entity: addressText(work.to), message })
        await new Promise<void>((again) => clock.after(limits.backoffMs, again))
      }
    }
  }

  #logFault(work: Work, { fault, turn }: Extract<WorkEnd, { type: 'faulted' }>): void {
    const { to, message } = work
    const line = `'${message}' failed: ${fault.code}: ${fault.message}`
    const data = { code: fault.code, stack: fault.stack, attempt: work.faults + 1 }
    this.#powers.log({ level: 'error', from: to.component, entity: addressText(to), turn, message: line, data })
  }
}

function storedOf({ source }: Work): Stored {
  if (source.type === 'row') return { cause: 'message', row: source.row.row }
  if (source.type === 'timer') return { cause: 'timer', row: source.timer.row }
  throw new Error(`Selfsame bug: a ${source.type} does not lie in the store`)
}

/** `CODE: message`, as the store says why a commit failed. */
export function storeFault(text: string): { readonly fault: Fault; readonly final: boolean } {
  const [, code = 'STORE_FAILED', message = text] = /^([A-Z][A-Z_]+): (.*)$/s.exec(text) ?? []
  return { fault: { code, message, stack: '' }, final: false }
}
