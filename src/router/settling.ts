/**
 * How a work ends when no commit ends it: told to its caller, tried again after a pause, or buried. Reports come here
 * when the state they rest on is committed.
 */
import { type Clock, didYouMean, messageOf, type Random, type SelfsameError } from '../base/index.ts'
import { type Address, addressText, type Fault, type Settled } from '../turn/index.ts'
import type { Callers } from './callers.ts'
import { routerErrors } from './errors.ts'
import type { Feed } from './feed.ts'
import type { Lane } from './lane.ts'
import { type RouterLimits, retryDelayMs } from './limits.ts'
import type { Attempt, Mailbox, Report } from './mailbox.ts'
import type { RouterAnswer, RouterOptions } from './options.ts'
import type { StoredWork, Work } from './work.ts'

export type SettlingParts = Pick<RouterOptions, 'store' | 'log' | 'contracts'> & {
  readonly clock: Clock
  readonly random: Random
  readonly limits: RouterLimits
  readonly callers: Callers
  readonly feed: Feed
}

export class Settling {
  readonly #parts: SettlingParts

  constructor(parts: SettlingParts) {
    this.#parts = parts
  }

  /** A report that may be told now. The attempt is off its mailbox already. */
  told(lane: Lane, attempt: Attempt, report: Report): void {
    switch (report.type) {
      case 'answered':
        return this.#answered(attempt, report)
      case 'missing':
        return this.#missing(attempt)
      case 'faulted':
        return this.faulted(lane, attempt, report.fault)
      default:
        report satisfies never
    }
  }

  faulted(lane: Lane, attempt: Attempt, fault: Fault): void {
    const { work, mailbox } = attempt
    const id = this.#logFault(attempt, fault)
    switch (work.kind) {
      case 'row':
      case 'timer':
        return this.#tryAgain(lane, mailbox, work, fault)
      default: {
        const component = mailbox.to.component
        const failure =
          fault.code === 'TURN_TIMEOUT' || fault.code === 'CELL_KILLED'
            ? failed(fault)
            : failed(routerErrors.HANDLER_FAILED({ component, message: messageOfWork(work), id }))
        this.answer(work, { ...failure, id })
      }
    }
  }

  /** The store could not take the commit; nothing has happened. */
  notCommitted(lane: Lane, attempt: Attempt, problem: string): void {
    const { work, mailbox } = attempt
    const { log, limits } = this.#parts
    log({ level: 'error', from: 'router', entity: addressText(mailbox.to), message: `a commit failed: ${problem}` })
    if (work.kind !== 'row' && work.kind !== 'timer') {
      const failure = failed(routerErrors.COMMIT_FAILED({ problem }))
      return this.answer(work, { ...failure, retryAfterMs: limits.retryAfterMs })
    }
    // Not counted as an attempt, and not written down: the store has no room for it.
    this.#pause(lane, mailbox, work, limits.lastRetryMs)
  }

  /** It has killed its cell once too often. */
  killed(lane: Lane, attempt: Attempt): void {
    const { work, mailbox } = attempt
    const kills = work.kind === 'read' ? 1 : work.kills
    const error = routerErrors.CELL_KILLED({ component: mailbox.to.component, message: messageOfWork(work), kills })
    const fault = { code: error.code, message: error.message, stack: '' }
    if (work.kind === 'row' || work.kind === 'timer') this.bury(work, fault)
    else this.faulted(lane, attempt, fault)
  }

  /** Takes stored work out of delivery, into the dead letters; whoever sent it is told UNDELIVERED. */
  bury(work: StoredWork, { code, message }: { code: string; message: string }): void {
    const { store, feed, log, clock, limits } = this.#parts
    const [cause, row] =
      work.kind === 'row' ? (['message', work.row.row] as const) : (['timer', work.timer.row] as const)
    const letter = { cause, row, code, reason: message, attempts: work.attempts, nowMs: clock.nowMs() }
    log({
      level: 'error',
      from: 'router',
      message: `a ${cause} goes to the dead letters: ${message}`,
      data: { code, row },
    })
    void store.call('bury', letter).then(
      ({ outbox }) => {
        this.#settledInStore(work)
        feed.wrote(outbox)
      },
      (error: unknown) => {
        log({ level: 'error', from: 'router', message: `it could not be buried: ${messageOf(error)}` })
        clock.after(limits.lastRetryMs, () => this.bury(work, { code, message }))
      },
    )
  }

  /** Tells whoever waits for this work. */
  answer(work: Work, answer: RouterAnswer): void {
    switch (work.kind) {
      case 'request':
        return this.#parts.callers.answer(work.cause.request, answer)
      case 'connection':
        return work.told(answer)
      case 'read':
        return work.told({ answer, sequence: 0, revision: 0 })
      case 'row':
      case 'timer':
        return
      default:
        work satisfies never
    }
  }

  #answered(
    attempt: Attempt,
    { outcome, sequence, revision }: { outcome: Settled; sequence: number; revision: number },
  ): void {
    const { work } = attempt
    if (work.kind === 'read') work.told({ answer: outcome, sequence, revision })
    else this.answer(work, outcome)
  }

  #missing({ work, mailbox }: Attempt): void {
    const { store, feed, clock, log, limits } = this.#parts
    const { component, key } = mailbox.to
    const error = routerErrors.NOT_FOUND({ component, key })
    if (work.kind === 'timer') return this.bury(work, error)
    if (work.kind !== 'row') return this.answer(work, failed(error))
    const { row } = work.row
    const refuse = () => {
      void store.call('refuse', { row, code: error.code, message: error.message, nowMs: clock.nowMs() }).then(
        ({ outbox }) => {
          feed.rowSettled(row)
          feed.wrote(outbox)
        },
        (problem: unknown) => {
          log({ level: 'error', from: 'router', message: `a message could not be refused: ${messageOf(problem)}` })
          clock.after(limits.lastRetryMs, refuse)
        },
      )
    }
    refuse()
  }

  #tryAgain(lane: Lane, mailbox: Mailbox, work: StoredWork, fault: Fault): void {
    const { store, clock, limits, log } = this.#parts
    work.attempts += 1
    if (work.attempts >= limits.attemptsMax) return this.bury(work, fault)
    const delayMs = retryDelayMs(work.attempts, limits)
    this.#pause(lane, mailbox, work, delayMs)
    if (work.kind !== 'row') return
    const postponed = { row: work.row.row, attempts: work.attempts, notBeforeMs: clock.nowMs() + delayMs }
    void store.call('postpone', postponed).catch((error: unknown) => {
      // The count of attempts is then too low after a restart; the message itself is safe.
      log({ level: 'warn', from: 'router', message: `an attempt could not be counted: ${messageOf(error)}` })
    })
  }

  #pause(lane: Lane, mailbox: Mailbox, work: StoredWork, delayMs: number): void {
    const { clock } = this.#parts
    work.notBeforeMs = clock.monotonicMs() + delayMs
    // The mailbox may have gone meanwhile, and another be in its place.
    const { to } = mailbox
    lane.mailbox(to).requeue([work])
    clock.after(delayMs, () => lane.wake(lane.mailbox(to)))
  }

  #settledInStore(work: StoredWork): void {
    const { feed } = this.#parts
    if (work.kind === 'row') feed.rowSettled(work.row.row)
    else feed.timerSettled(work.timer.row)
  }

  #logFault({ turn, work, mailbox }: Attempt, fault: Fault): string {
    const id = this.#parts.random.hex(6)
    this.#parts.log({
      level: 'error',
      from: mailbox.to.component,
      entity: addressText(mailbox.to),
      turn,
      message: `${messageOfWork(work)} failed: ${fault.message}`,
      data: { id, code: fault.code, stack: fault.stack },
    })
    return id
  }
}

export function failed({ code, message, remedy }: Pick<SelfsameError, 'code' | 'message'> & { remedy?: string }) {
  return { type: 'failed', code, message, ...(remedy === undefined ? {} : { remedy }) } as const
}

/** A failure with what the error knows: issues of an invalid input, for one. */
export function failedWith(error: SelfsameError): RouterAnswer {
  const { issues } = error.facts as { issues?: Extract<RouterAnswer, { type: 'failed' }>['issues'] }
  return { ...failed(error), ...(issues === undefined ? {} : { issues }) }
}

export function messageOfWork(work: Work): string {
  switch (work.kind) {
    case 'read':
    case 'request':
      return work.message
    case 'row':
      return work.row.message
    case 'timer':
      return work.timer.message
    case 'connection':
      return `@${work.cause.event}`
    default:
      return work satisfies never
  }
}

/** Why a row cannot be delivered at all, or null. Rows may be older than the release that receives them. */
export function undeliverable(
  contracts: RouterOptions['contracts'],
  { to, message }: { to: Address; message: string },
): SelfsameError | null {
  const addressee = contracts.get(to.component)
  if (addressee === undefined) {
    return routerErrors.COMPONENT_UNKNOWN({
      component: to.component,
      hint: didYouMean(to.component, [...contracts.keys()]),
    })
  }
  const codified = Object.hasOwn(addressee.contract.messages, message)
    ? addressee.contract.messages[message]
    : undefined
  if (codified !== undefined && !codified.read) return null
  return routerErrors.MESSAGE_NOT_KNOWN({ component: to.component, message, hint: '' })
}
