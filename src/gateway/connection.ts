/**
 * One WebSocket connection: requests in, answers and events out. It outlives every component behind it.
 *
 * Invariants: a request id is answered exactly once, unless the connection closes first; the events of an entity follow
 * the `attached` frame that they belong to, in order, without a hole that is not announced by `lagged`; what waits to be
 * sent is bounded, by dropping events first and the connection last.
 */
import type { RawData, WebSocket } from 'ws'
import type { Clock, SelfsameError } from '../base/index.ts'
import type { CodifiedContract } from '../component/codified.ts'
import type { Address, Caller, NumberedEvent, Payload } from '../turn/index.ts'
import { gatewayErrors } from './errors.ts'
import type { Exposure } from './exposure.ts'
import { parseFrame } from './frame-parsing.ts'
import type { ClientFrame, CloseCode, FrameId } from './frames.ts'
import { type GatewayLimits, IDEMPOTENCY_KEY_LENGTH_MAX } from './limits.ts'
import type { Failure, GatewayAnswer, GatewayRouter } from './ports.ts'
import { discreet, type Responding } from './respond.ts'
import { attachedText, failedText, frameText, rejectedText, replyText } from './server-frames.ts'

export type ConnectionPowers = {
  readonly exposure: Exposure
  readonly router: GatewayRouter
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly responding: Responding
  readonly eventFrame: (to: string, event: NumberedEvent) => Buffer
  /** Called once, when the connection is closed. */
  readonly left: (connection: Connection) => void
}

type Frame<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>
type Attachment = {
  readonly to: Address
  readonly text: string
  /** Events that came before the answer of the attach; null from then on. */
  early: NumberedEvent[] | null
  /** Events were dropped, and are until the client attaches again. */
  lagged: boolean
  /** Resolves when the attach is answered: what comes next for the same entity waits for it. */
  answered: Promise<void>
}

export class Connection {
  readonly #socket: WebSocket
  readonly #powers: ConnectionPowers
  readonly #caller: Caller & { readonly connection: string }
  readonly #inFlight = new Set<FrameId>()
  readonly #attachments = new Map<string, Attachment>()
  #heardMs: number
  #malformed = 0
  #going = false
  #closed = false

  constructor(socket: WebSocket, caller: Caller & { readonly connection: string }, powers: ConnectionPowers) {
    this.#socket = socket
    this.#caller = caller
    this.#powers = powers
    this.#heardMs = powers.clock.monotonicMs()
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => this.#heard())
    // What is wrong with the socket or its frames ends it, with the right close code; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#left())
    const { heartbeatMs, frameBytesMax, callsInFlightMax, attachmentsMax } = powers.limits
    const limits = { frameBytes: frameBytesMax, callsInFlight: callsInFlightMax, attachments: attachmentsMax }
    this.#send(frameText({ type: 'hello', connection: caller.connection, heartbeatMs, limits }))
  }

  /** Ends a dead connection, and asks a live one for a sign. */
  beat() {
    const silentMs = this.#powers.clock.monotonicMs() - this.#heardMs
    if (silentMs > 2 * this.#powers.limits.heartbeatMs) this.#socket.terminate()
    else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  /** Takes no new requests; closes when those in flight are answered. */
  going() {
    if (this.#going) return
    this.#send(frameText({ type: 'going' }))
    this.#going = true
    this.#closeWhenDone()
  }

  terminate() {
    this.#socket.terminate()
  }

  #heard() {
    this.#heardMs = this.#powers.clock.monotonicMs()
  }

  #receive(data: RawData, isBinary: boolean) {
    this.#heard()
    if (isBinary) return this.#close(1003, gatewayErrors.FRAME_BINARY({}).code)
    const parsed = parseFrame(String(data))
    if ('wrong' in parsed) return this.#malformedFrame(parsed.wrong, parsed.id)
    this.#malformed = 0
    const { frame } = parsed
    if (frame.type === 'ping') return this.#send(frameText({ type: 'pong' }))
    const refusal = this.#refusal(frame.id)
    if (refusal !== null) return this.#send(refusal)
    const target = this.#powers.exposure.address(frame.to)
    if ('error' in target) return this.#send(failedText(frame.id, failureOf(target.error)))
    const input = frame.type === 'detach' ? { text: null } : payload(frame.input)
    if ('error' in input) return this.#send(failedText(frame.id, failureOf(input.error)))
    switch (frame.type) {
      case 'call':
        return this.#call(frame, { ...target, input: input.text })
      case 'attach':
        return this.#afterAttach(frame.to, () => this.#attach(frame, { to: target.to, input: input.text }))
      case 'detach':
        return this.#afterAttach(frame.to, () => this.#detach(frame, target.to))
      default:
        frame satisfies never
    }
  }

  /** Why no request with this id is taken now. */
  #refusal(id: FrameId): string | null {
    // Not under the id, which would answer the first request.
    if (this.#inFlight.has(id)) return failedText(null, failureOf(gatewayErrors.REQUEST_ID_IN_USE({ id })))
    if (this.#going) return failedText(id, failureOf(gatewayErrors.GATEWAY_STOPPING({})))
    if (this.#inFlight.size < this.#powers.limits.callsInFlightMax) return null
    const error = gatewayErrors.GATEWAY_OVERLOADED({ what: 'calls of this connection' })
    return failedText(id, { ...failureOf(error), retryAfterMs: 100 })
  }

  #malformedFrame(why: string, id: FrameId | null) {
    const error = gatewayErrors.FRAME_INVALID({ why })
    this.#send(failedText(id !== null && this.#inFlight.has(id) ? null : id, failureOf(error)))
    if (++this.#malformed >= this.#powers.limits.malformedFramesMax) this.#close(1008, error.code)
  }

  #call(frame: Frame<'call'>, of: { to: Address; contract: CodifiedContract; input: Payload }) {
    const { id, message, idempotencyKey } = frame
    if (
      idempotencyKey !== undefined &&
      (idempotencyKey.length === 0 || idempotencyKey.length > IDEMPOTENCY_KEY_LENGTH_MAX)
    ) {
      const error = gatewayErrors.IDEMPOTENCY_KEY_INVALID({ lengthMax: IDEMPOTENCY_KEY_LENGTH_MAX })
      return this.#send(failedText(id, failureOf(error)))
    }
    const asked = { to: of.to, message, input: of.input, caller: this.#caller, from: 'gateway' } as const
    const declared = Object.hasOwn(of.contract.messages, message) ? of.contract.messages[message] : undefined
    this.#inFlight.add(id)
    if (declared?.read) {
      this.#powers.router.read(asked).then(
        ({ answer, sequence }) => this.#answer(id, answer, (output) => replyText({ id, output, sequence })),
        (error: unknown) => this.#fault(id, error),
      )
    } else {
      this.#powers.router.request({ ...asked, idempotencyKey: idempotencyKey ?? null }).then(
        (answer) => this.#answer(id, answer, (output) => replyText({ id, output })),
        (error: unknown) => this.#fault(id, error),
      )
    }
  }

  /** Attaches and detaches of one entity happen one after another, in the order in which they were sent. */
  #afterAttach(text: string, then: () => void) {
    const before = this.#attachments.get(text)
    if (!before?.early) return then()
    before.answered.then(() => {
      if (!this.#closed) this.#afterAttach(text, then)
    })
  }

  #attach(frame: Frame<'attach'>, of: { to: Address; input: Payload }) {
    const { id, to: text } = frame
    const { router, limits } = this.#powers
    const refusal = this.#refusal(id)
    if (refusal !== null) return this.#send(refusal)
    if (this.#attachments.has(text)) router.detach(this.#caller.connection, of.to)
    else if (this.#attachments.size >= limits.attachmentsMax) {
      return this.#send(
        failedText(id, failureOf(gatewayErrors.ATTACHMENTS_TOO_MANY({ attachmentsMax: limits.attachmentsMax }))),
      )
    }
    this.#inFlight.add(id)
    const attachment: Attachment = { to: of.to, text, early: [], lagged: false, answered: Promise.resolve() }
    this.#attachments.set(text, attachment)
    const read = frame.read === undefined ? null : { message: frame.read, input: of.input }
    const { connection } = this.#caller
    const onEvent = (event: NumberedEvent) => this.#event(attachment, event)
    attachment.answered = router.attach({ connection, to: of.to, caller: this.#caller, read, onEvent }).then(
      ({ answer, sequence }) => this.#attached({ id, attachment, answer, sequence }),
      (error: unknown) => {
        this.#forget(attachment)
        this.#fault(id, error)
      },
    )
  }

  #attached(of: { id: FrameId; attachment: Attachment; answer: GatewayAnswer; sequence: number }) {
    const { id, attachment, answer, sequence } = of
    const { early, text } = attachment
    attachment.early = null
    // The connection closed meanwhile: what attached after it was disconnected is taken back.
    if (this.#closed) return this.#powers.router.disconnect(this.#caller.connection)
    if (answer.type !== 'replied') this.#forget(attachment)
    this.#answer(id, answer, (output) => attachedText({ id, to: text, sequence, output }))
    if (answer.type !== 'replied') return
    if (attachment.lagged) return this.#send(frameText({ type: 'lagged', to: text }))
    for (const event of early ?? []) if (event.sequence > sequence) this.#event(attachment, event)
  }

  #detach(frame: Frame<'detach'>, to: Address) {
    if (this.#attachments.delete(frame.to)) this.#powers.router.detach(this.#caller.connection, to)
    this.#send(replyText({ id: frame.id, output: null }))
  }

  #forget(attachment: Attachment) {
    attachment.early = null
    if (this.#attachments.get(attachment.text) === attachment) this.#attachments.delete(attachment.text)
  }

  #event(attachment: Attachment, event: NumberedEvent) {
    if (this.#closed || attachment.lagged || this.#attachments.get(attachment.text) !== attachment) return
    const { limits, eventFrame } = this.#powers
    if (attachment.early !== null) {
      if (attachment.early.length < limits.earlyEventsMax) attachment.early.push(event)
      else attachment.lagged = true
      return
    }
    if (this.#socket.bufferedAmount <= limits.bufferedBytesForEvents)
      return this.#send(eventFrame(attachment.text, event))
    attachment.lagged = true
    this.#send(frameText({ type: 'lagged', to: attachment.text }))
  }

  #answer(id: FrameId, answer: GatewayAnswer, replied: (output: Payload) => string) {
    this.#inFlight.delete(id)
    if (answer.type === 'replied') this.#send(replied(answer.output))
    else if (answer.type === 'rejected') this.#send(rejectedText({ id, code: answer.code, data: answer.data }))
    else this.#send(failedText(id, discreet(answer, this.#powers.responding)))
    this.#closeWhenDone()
  }

  #fault(id: FrameId, error: unknown) {
    this.#powers.responding.log({ level: 'error', message: 'The gateway could not answer a frame.', data: error })
    this.#answer(id, failureOf(gatewayErrors.GATEWAY_FAULT({})), () => '')
  }

  #send(frame: string | Buffer) {
    if (this.#closed || this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(frame, TEXT)
    const bytes = this.#socket.bufferedAmount
    if (bytes > this.#powers.limits.bufferedBytesMax) this.#close(1013, gatewayErrors.CLIENT_TOO_SLOW({ bytes }).code)
  }

  #closeWhenDone() {
    if (this.#going && this.#inFlight.size === 0) this.#close(1001, gatewayErrors.GATEWAY_STOPPING({}).code)
  }

  #close(code: CloseCode, reason: string) {
    if (this.#closed || this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.close(code, reason)
    const timer = this.#powers.clock.after(this.#powers.limits.closeTimeoutMs, () => this.#socket.terminate())
    this.#socket.on('close', () => timer.cancel())
  }

  #left() {
    if (this.#closed) return
    this.#closed = true
    this.#attachments.clear()
    this.#powers.router.disconnect(this.#caller.connection)
    this.#powers.left(this)
  }
}

const TEXT = { binary: false } as const

/** The text of an input; one that is nested too deeply to be written is refused. */
function payload(input: unknown): { text: Payload } | { error: SelfsameError } {
  if (input === undefined) return { text: null }
  try {
    return { text: JSON.stringify(input) }
  } catch {
    return { error: gatewayErrors.FRAME_INVALID({ why: 'The input is nested too deeply.' }) }
  }
}

function failureOf(error: SelfsameError): Failure {
  return { type: 'failed', code: error.code, message: error.message, remedy: error.remedy }
}
