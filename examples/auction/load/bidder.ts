/**
 * One bidder: an account, a socket, and a will to bid. Every bid carries an idempotency key and is repeated until the
 * house has given a definite answer, so that after any crash the account and the books can be compared exactly.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import { type Frame, FrameSocket } from './frame-socket.ts'

export type Lot = { readonly name: string; highest: number }

const RETRY_MS = 100
/** After this long a call counts as one whose outcome the house never told. */
const PATIENCE_MS = 30_000
/** Answers after which the outcome is not known, or nothing happened: the same bid is sent again. */
const REPEATED = new Set(['OVERLOADED', 'OUTCOME_UNKNOWN', 'STORE_FULL', 'STOPPING', 'REQUEST_IN_FLIGHT'])

export class Bidder {
  readonly name: string
  readonly #http: string
  readonly #account: Account
  readonly #lots: readonly Lot[]
  readonly #random: () => number
  readonly #socket: FrameSocket
  readonly #overHttp: boolean
  #running = true

  constructor(options: {
    name: string
    url: string
    lots: readonly Lot[]
    account: Account
    random: () => number
    /** Bids over HTTP, and keeps the socket for events. */
    overHttp: boolean
  }) {
    this.name = options.name
    this.#http = options.url
    this.#account = options.account
    this.#lots = options.lots
    this.#random = options.random
    this.#overHttp = options.overHttp
    const url = `${options.url.replace(/^http/, 'ws')}/ws?user=${options.name}`
    this.#socket = new FrameSocket(url, {
      open: () => void this.#attach(),
      frame: (frame) => this.#heard(frame),
      drop: () => this.#account.count('connections dropped'),
    })
  }

  /** Joins, then bids with pauses of about `pauseMs` until `stop`; resolves when its last bid is answered. */
  async run(pauseMs: number): Promise<void> {
    await this.#definite(`ledger/${this.name}`, 'join', undefined)
    while (this.#running) {
      const lot = this.#lots[Math.floor(this.#random() * this.#lots.length)]
      if (lot) await this.#bid(lot)
      await sleep(pauseMs * (0.5 + this.#random()))
    }
  }

  stop() {
    this.#running = false
  }

  close() {
    this.#socket.close()
  }

  async #bid(lot: Lot) {
    const amount = Math.round((lot.highest + 0.01 + this.#random() * 0.05) * 100) / 100
    const answer = await this.#definite(`auction/${lot.name}`, 'bid', { amount })
    const data = (answer['output'] ?? answer['data'] ?? {}) as { highest?: number }
    if (data.highest !== undefined) lot.highest = Math.max(lot.highest, data.highest)
    if (answer.type === 'reply') {
      this.#account.bidAcknowledged(lot.name, { bidder: this.name, amount, highest: data.highest ?? Number.NaN })
      return
    }
    if (answer.type === 'unknown') return this.#account.bidUnknown(lot.name)
    this.#account.count(`bids answered ${answer['code']}`)
    switch (answer['code']) {
      case 'BID_TOO_LOW':
        if ((data.highest ?? 0) < amount)
          this.#account.break(`${lot.name}: ${amount} is said to be below ${data.highest}`)
        return
      case 'NO_FUNDS':
      case 'CLOSED':
        return
      default:
        this.#account.break(`${lot.name}: a bid was answered with ${JSON.stringify(answer)}`)
    }
  }

  /** Repeats the call under one idempotency key until the answer is definite. */
  async #definite(to: string, message: string, input: unknown): Promise<Frame> {
    const idempotencyKey = randomUUID()
    const startedMs = performance.now()
    for (let attempt = 0; ; attempt++) {
      const answer = this.#overHttp
        ? await this.#post(to, message, { input, idempotencyKey })
        : await this.#socket.call({ type: 'call', to, message, input, idempotencyKey })
      if (answer && !REPEATED.has(String(answer['code']))) {
        this.#account.took(Date.now(), performance.now() - startedMs)
        if (attempt > 0) this.#account.count('calls repeated')
        return answer
      }
      this.#account.count(answer ? `answers ${answer['code']}` : 'attempts unanswered')
      if (performance.now() - startedMs > PATIENCE_MS) return { type: 'unknown' }
      await sleep(RETRY_MS)
    }
  }

  async #post(to: string, message: string, call: { input: unknown; idempotencyKey: string }): Promise<Frame | null> {
    try {
      const response = await fetch(`${this.#http}/${to}/${message}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': this.name, 'idempotency-key': call.idempotencyKey },
        ...(call.input === undefined ? {} : { body: JSON.stringify(call.input) }),
      })
      const body = response.status === 204 ? null : await response.json()
      if (response.ok) return { type: 'reply', output: body }
      return response.status === 409 ? { type: 'rejected', ...body } : { type: 'failed', ...body.error }
    } catch {
      return null
    }
  }

  async #attach() {
    for (const { name } of this.#watched()) {
      const answer = await this.#socket.call({ type: 'attach', to: `auction/${name}`, read: 'standing' })
      if (answer?.type === 'failed') this.#account.count(`attach answered ${answer['code']}`)
    }
  }

  /** Each bidder watches a few lots. */
  #watched() {
    const first = [...this.name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)
    return [0, 1, 2].flatMap((i) => this.#lots[(first + i * 17) % this.#lots.length] ?? [])
  }

  #heard(frame: Frame) {
    switch (frame.type) {
      case 'hello':
      case 'pong':
      case 'going':
        return
      case 'attached': {
        const standing = frame['output'] as { highest: number; bids: number }
        this.#account.attached(this.name, String(frame['to']).slice('auction/'.length), {
          sequence: Number(frame['sequence']),
          ...standing,
        })
        return
      }
      case 'lagged':
        this.#account.count('lagged')
        void this.#attach()
        return
      case 'event': {
        const lot = String(frame['to']).slice('auction/'.length)
        const data = frame['data'] as { amount?: number; bids?: number }
        const known = this.#lots.find(({ name }) => name === lot)
        if (known && data.amount !== undefined) known.highest = Math.max(known.highest, data.amount)
        this.#account.event(this.name, lot, {
          sequence: Number(frame['sequence']),
          name: String(frame['event']),
          amount: data.amount ?? 0,
          bids: data.bids ?? 0,
        })
        return
      }
      default:
        this.#account.break(`an unexpected frame ${JSON.stringify(frame)}`)
    }
  }
}
