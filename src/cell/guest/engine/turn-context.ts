/**
 * The `turn` that a handler gets: all that it can read, and all that it can say shall happen. What it says is checked
 * at once, so that the stack points at the line, and written as text at once, so that later changes do not reach it.
 */
import type { CodifiedContract } from '../../../component/index.ts'
import type { Payload } from '../../../turn/index.ts'
import { askThrough, listThrough } from './asks.ts'
import type { Attempt } from './attempt.ts'
import { INSTANT_MAX_MS, TIMER_NAME_LENGTH_MAX } from './bounds.ts'
import { type CallsFactory, isContract, isKey, KEY_WANTED } from './calls.ts'
import { continuationOf } from './continuation.ts'
import { addEvent, addReply, addSend, changeTimer } from './effects.ts'
import { engineErrors, issuesText } from './errors.ts'
import type { ContractValue } from './implemented.ts'
import { notJson } from './plain-json.ts'
import type { TurnWorld } from './ports.ts'
import { ReadContext } from './read-context.ts'
import { rejectionData } from './rejection.ts'
import type { Shapes } from './shapes.ts'
import { type WaitTokens, waitToken } from './wait-token.ts'

/** What all turns of one component share. */
export type TurnGiven = {
  readonly contract: ContractValue
  readonly codified: CodifiedContract
  readonly shapes: Shapes
  readonly config: unknown
  readonly calls: CallsFactory
  readonly waits: WaitTokens
  readonly cache: () => unknown
  readonly makeFetch: (world: TurnWorld) => typeof fetch
}

export class TurnContext extends ReadContext {
  readonly #attempt: Attempt
  readonly #given: TurnGiven

  constructor(attempt: Attempt, given: TurnGiven) {
    super(attempt, given)
    this.#attempt = attempt
    this.#given = given
  }

  get cache(): unknown {
    this.#attempt.assertRunning('cache')
    return this.#given.cache()
  }

  get fetch(): typeof fetch {
    this.#attempt.assertRunning('fetch')
    return this.#given.makeFetch(this.#attempt)
  }

  uuid(): string {
    this.#attempt.assertRunning('uuid')
    return this.#attempt.uuid()
  }

  random(): number {
    this.#attempt.assertRunning('random')
    return this.#attempt.random()
  }

  ask(to: unknown, key: unknown): object {
    this.#attempt.assertRunning('ask')
    return askThrough(this.#attempt, { to, key, calls: this.#given.calls })
  }

  async list(of: unknown, page: unknown): Promise<readonly string[]> {
    this.#attempt.assertRunning('list')
    return await listThrough(this.#attempt, { of, page })
  }

  send(to: unknown, key: unknown, continuation?: object): object {
    this.#attempt.assertRunning('send')
    const component = isContract(to) ? to.name : '?'
    const refuse = (reason: string) => engineErrors.SEND_INVALID({ to: `${component}/${String(key)}`, reason })
    if (!isContract(to)) throw refuse('the receiver is no contract')
    if (!isKey(key)) throw refuse(KEY_WANTED)
    const checked = continuationOf(this.#given.codified, continuation)
    if (checked.wrong !== null) throw refuse(checked.wrong)
    return this.#given.calls(to, (message, input) => {
      this.#attempt.assertRunning('send')
      const { read, access } = to.definition.messages[message] ?? {}
      if (read === true) throw refuse(`'${message}' is a read; ask for it`)
      if (access === 'self' && component !== this.#given.contract.name) throw refuse(`'${message}' is kept to itself`)
      const lost = input === undefined ? null : notJson(input)
      if (lost !== null) throw refuse(`the input of '${message}' ${issuesText([lost])}`)
      const send = { to: { component, key }, message, input: textOf(input), continuation: checked.continuation }
      addSend(this.#attempt.effects, send)
    })
  }

  after(delay: unknown, name: unknown): object {
    this.#attempt.assertRunning('after')
    const refuse = (reason: string) => engineErrors.TIMER_INVALID({ name: String(name), reason })
    if (!isTimerName(name)) throw refuse(`a timer's name is a text of 1 to ${TIMER_NAME_LENGTH_MAX} characters`)
    if (typeof delay !== 'number' || Number.isNaN(delay)) throw refuse('the delay is no number of milliseconds')
    const dueMs = Math.min(this.#attempt.nowMs() + Math.max(0, Math.ceil(delay)), INSTANT_MAX_MS)
    return this.#given.calls(this.#given.contract, (message, input) => {
      this.#attempt.assertRunning('after')
      if (this.#given.codified.messages[message]?.read !== false) throw refuse(`'${message}' is no message to send`)
      const { text, issues } = this.#given.shapes.encode(`message.${message}.input`, input)
      if (issues !== null) throw refuse(`the input of '${message}' ${issuesText(issues)}`)
      changeTimer(this.#attempt.effects, { type: 'set', name, dueMs, message, input: text })
    })
  }

  cancel(name: unknown): void {
    this.#attempt.assertRunning('cancel')
    if (!isTimerName(name)) throw engineErrors.TIMER_INVALID({ name: String(name), reason: 'a timer has a name' })
    changeTimer(this.#attempt.effects, { type: 'cancel', name })
  }

  publish(event: string, data: unknown): void {
    this.#attempt.assertRunning('publish')
    const name = `event.${event}` as const
    if (!this.#given.shapes.has(name))
      throw engineErrors.EVENT_INVALID({ event, reason: 'the contract does not declare it' })
    const { text, issues } = this.#given.shapes.encode(name, data)
    if (issues !== null) throw engineErrors.EVENT_INVALID({ event, reason: issuesText(issues) })
    addEvent(this.#attempt.effects, { event, data: text ?? 'null' })
  }

  defer(options: { readonly deadline?: unknown } | undefined): string {
    this.#attempt.assertRunning('defer')
    const { effects, delivery } = this.#attempt
    if (effects.wait !== null) throw engineErrors.DEFER_TWICE({ message: delivery.message })
    const deadline = options?.deadline
    if (typeof deadline !== 'number' || !Number.isFinite(deadline) || deadline <= 0) {
      throw engineErrors.DEADLINE_INVALID({ deadline: String(deadline) })
    }
    const token = waitToken(delivery)
    effects.wait = { token, untilMs: Math.min(delivery.nowMs + Math.ceil(deadline), INSTANT_MAX_MS) }
    return token
  }

  reply(to: unknown, output?: unknown): void {
    this.#attempt.assertRunning('reply')
    const { token, message } = this.#waitOf(to)
    const { text, issues } = this.#given.shapes.encode(`message.${message}.output`, output)
    if (issues !== null) throw engineErrors.REPLY_INVALID({ message, issues })
    addReply(this.#attempt.effects, { token, outcome: { type: 'replied', output: text } })
  }

  rejectTo(to: unknown, code: string, data: unknown): void {
    this.#attempt.assertRunning('rejectTo')
    const { token, message } = this.#waitOf(to)
    const text = rejectionData(this.#given.shapes, { message, code, data })
    addReply(this.#attempt.effects, { token, outcome: { type: 'rejected', code, data: text } })
  }

  destroy(): void {
    this.#attempt.assertRunning('destroy')
    this.#attempt.effects.destroyed = true
  }

  #waitOf(token: unknown): { readonly token: string; readonly message: string } {
    const refuse = (reason: string) =>
      engineErrors.TOKEN_INVALID({ token: JSON.stringify(token) ?? 'undefined', reason })
    if (typeof token !== 'string') throw refuse('it is no text')
    const message = this.#given.waits.messageOf(token)
    if (message === undefined) throw refuse('no turn.defer() of this component made it')
    return { token, message }
  }
}

function isTimerName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= TIMER_NAME_LENGTH_MAX
}

function textOf(input: unknown): Payload {
  return input === undefined ? null : JSON.stringify(input)
}
