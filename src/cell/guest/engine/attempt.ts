/**
 * One attempt to run one delivery: what is the turn's own while it runs, and gone when it ends. It is the world that
 * the realm's deterministic globals draw on, and it remembers what the handler said shall happen.
 */
import { canonicalJson, SelfsameError } from '../../../base/index.ts'
import type {
  Address,
  CallResult,
  Delivery,
  FetchedResponse,
  FetchRequest,
  FromCell,
  Page,
  Payload,
  Recorded,
  StoreToCell,
} from '../../../turn/index.ts'
import { CALLS_MAX, LOG_DATA_LENGTH_MAX, LOGS_MAX } from './bounds.ts'
import { type Effects, noEffects } from './effects.ts'
import { engineErrors } from './errors.ts'
import type { TurnWorld } from './ports.ts'
import { SeededRandom } from './random.ts'
import { type RejectionError, rejectionError } from './rejection.ts'

/** A call to the world as the router numbers and records it. */
type Call = Extract<FromCell, { type: 'ask' | 'fetch' }>
type Asked = { readonly to: Address; readonly message: string; readonly input: Payload }
type Request = ({ readonly type: 'ask' } & Asked) | { readonly type: 'fetch'; readonly request: FetchRequest }

/** What an attempt needs of its engine. */
export type AttemptPowers = {
  readonly component: string
  /** Hosts that `fetch` may reach. */
  readonly fetchHosts: readonly string[]
  readonly toHost: (item: FromCell) => void
  /** Asks the store for one page; `then` is called once, unless the attempt has ended. */
  readonly list: (attempt: Attempt, page: ListPage, then: (answer: StoreToCell) => void) => void
  /** Called when the handler is about to go on after an await. */
  readonly resumed: (turn: number) => void
}
type ListPage = { readonly component: string; readonly page: Page }

export class Attempt implements TurnWorld {
  readonly delivery: Delivery
  readonly effects: Effects = noEffects()
  readonly #powers: AttemptPowers
  #ended = false
  #random: SeededRandom | undefined
  #rejections: { readonly error: RejectionError; readonly data: string }[] | undefined
  #waiting: Map<number, (result: CallResult) => void> | undefined
  #recorded: Recorded[] | undefined
  #calls = 0
  #logs = 0

  constructor(delivery: Delivery, powers: AttemptPowers) {
    this.delivery = delivery
    this.#powers = powers
  }

  get turn(): number {
    return this.delivery.turn
  }

  get ended(): boolean {
    return this.#ended
  }

  /** From here on the turn's object is dead, and answers that still come in wake nobody. */
  end(): void {
    this.#ended = true
    this.#waiting = undefined
  }

  /** @throws TURN_ENDED */
  assertRunning(use: string): void {
    if (this.#ended) throw engineErrors.TURN_ENDED({ use, turn: this.turn })
  }

  // ---- time and randomness answer even after the end: they are harmless, and a late log line may want them
  nowMs(): number {
    return this.delivery.nowMs
  }

  random(): number {
    return this.#stream().fraction()
  }

  uuid(): string {
    return this.#stream().uuid()
  }

  #stream(): SeededRandom {
    this.#random ??= new SeededRandom(this.delivery.seed)
    return this.#random
  }

  // ---- rejections
  rejection(code: string, rejected: { readonly data: unknown; readonly text: string }): RejectionError {
    const { to, message } = this.delivery
    const error = rejectionError({ component: to.component, message, code, data: rejected.data })
    this.#rejections ??= []
    this.#rejections.push({ error, data: rejected.text })
    return error
  }

  /** The rejection that this very turn made, or undefined: an error passed on from an ask is none. */
  rejectionOf(thrown: unknown): { readonly code: string; readonly data: string } | undefined {
    const made = this.#rejections?.find(({ error }) => error === thrown)
    return made && { code: made.error.code, data: made.data }
  }

  // ---- calls
  async fetch(request: FetchRequest): Promise<FetchedResponse> {
    this.assertRunning('fetch')
    this.#assertPermitted(request.url)
    const result = await this.#call({ type: 'fetch', request })
    this.resumed()
    if (result.type === 'fetched') return result.response
    const why = result.type === 'failed' ? result : { code: 'FETCH_FAILED', message: 'the host gave no response' }
    throw Object.assign(new TypeError(`fetch failed: ${why.message}`), { code: why.code })
  }

  ask(asked: Asked): Promise<CallResult> {
    return this.#call({ type: 'ask', ...asked })
  }

  list(page: ListPage): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.#powers.list(this, page, (answer) => {
        this.resumed()
        if (answer.type === 'listed') resolve(answer.keys)
        else if (answer.type === 'failed') reject(Object.assign(new Error(answer.message), { code: answer.code }))
      })
    })
  }

  /** An answer from the router. One for a call that nobody waits for is dropped. */
  settle(call: number, result: CallResult): void {
    const waiting = this.#waiting?.get(call)
    this.#waiting?.delete(call)
    waiting?.(result)
  }

  /** Tells the watchdog whose code runs next. */
  resumed(): void {
    this.#powers.resumed(this.turn)
  }

  #call(request: Request): Promise<CallResult> {
    if (this.delivery.type === 'read') throw engineErrors.READ_WAITS({ message: this.delivery.message })
    if (this.#calls >= CALLS_MAX) throw engineErrors.EFFECTS_TOO_MANY({ what: 'asks and fetches', limit: CALLS_MAX })
    const call = this.#calls++
    const recorded = this.#takeRecorded(request)
    if (recorded !== undefined) return Promise.resolve(recorded)
    return new Promise((resolve) => {
      this.#waiting ??= new Map()
      this.#waiting.set(call, resolve)
      const item: Call = { ...request, turn: this.turn, call }
      this.#powers.toHost(item)
    })
  }

  /**
   * An answer that an earlier attempt got to this very request. Each is given once, in the order of their calls; the
   * call's own number may differ, because an attempt on another state may ask for more or less.
   */
  #takeRecorded(request: Request): CallResult | undefined {
    if (this.delivery.recorded.length === 0) return undefined
    this.#recorded ??= [...this.delivery.recorded].sort((a, b) => a.call - b.call)
    const at = this.#recorded.findIndex((record) => isSame(record.request, request))
    return at === -1 ? undefined : this.#recorded.splice(at, 1)[0]?.result
  }

  #assertPermitted(url: string): void {
    const { component, fetchHosts } = this.#powers
    const parsed = URL.parse(url)
    const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
    if (parsed && isWeb && fetchHosts.includes(parsed.host)) return
    throw engineErrors.FETCH_NOT_PERMITTED({ component, host: parsed?.host ?? url })
  }

  // ---- log
  log(message: string, data: unknown): void {
    if (this.#logs > LOGS_MAX) return
    const full = this.#logs++ === LOGS_MAX
    const line = full ? `further lines of this turn are dropped: one turn logs at most ${LOGS_MAX}` : String(message)
    const { turn, to } = this.delivery
    this.#powers.toHost({ type: 'log', turn, to, message: line, data: full ? null : logData(data) })
  }
}

/** Whether a recorded answer is for this very request: a turn that runs again on another state may ask for another. */
function isSame(recorded: string, request: Request): boolean {
  const { type: _, ...asked } = request
  const wanted = request.type === 'fetch' ? request.request : asked
  return canonicalJson(JSON.parse(recorded)) === canonicalJson(wanted)
}

/** A log line never fails its turn: what cannot be written as JSON is written as text. */
function logData(data: unknown): string | null {
  if (data === undefined) return null
  let text: string | undefined
  try {
    text = JSON.stringify(data, (_, value: unknown) => (value instanceof Error ? errorData(value) : value))
  } catch {
    text = undefined
  }
  if (text === undefined) text = JSON.stringify(String(data))
  return text.length <= LOG_DATA_LENGTH_MAX ? text : JSON.stringify(text.slice(0, LOG_DATA_LENGTH_MAX))
}

function errorData(error: Error): object {
  return { name: error.name, message: error.message, ...(error instanceof SelfsameError ? { code: error.code } : {}) }
}
