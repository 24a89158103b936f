/**
 * Requests that wait to be sent, and those that wait for their answer. Keeps within what the gateway allows, and decides
 * what becomes of a request whose connection is lost:
 *
 * - not sent yet: it is sent on the next connection, for `patienceMs` (then UNDELIVERED: nothing happened);
 * - sent with an idempotency key: it is sent again, for it is done once;
 * - sent without one: OUTCOME_UNKNOWN, at once;
 * - `fleeting` (attach, detach, and reads for a follower): LINK_LOST; whoever asked starts anew.
 */
import type { ClientFrame, FrameId, FrameLimits, ServerFrame } from '../gateway/frames.ts'
import { type Called, clientError, failure, hostRejection, rejection } from './errors.ts'
import type { ClientPowers } from './powers.ts'

/** Requests that wait to be sent; more are refused. */
export const WAITING_MAX = 10_000
/** How often one request is sent. */
const ATTEMPTS_MAX = 8

export type Answered = Extract<ServerFrame, { type: 'reply' | 'attached' }>
/** Who is told of the answer. */
export type Answering = { readonly resolve: (answer: Answered) => void; readonly reject: (error: unknown) => void }
export type Asked =
  Exclude<ClientFrame, { type: 'ping' }> extends infer F ? (F extends ClientFrame ? Omit<F, 'id'> : never) : never

type Request = Answering & {
  /** The frame as text, but for its id: an input is taken as it is when the call is made. */
  readonly text: string
  /** Has an idempotency key. */
  readonly safe: boolean
  readonly of: Called
  readonly fleeting: boolean
  attempts: number
  /** Ends the patience of a request that is not in flight. */
  patience: { cancel(): void } | null
}

/** The connection was lost before the answer; nobody but a subscription sees it. */
export class LinkLost extends Error {}

export class Requests {
  readonly #powers: Pick<ClientPowers, 'after'> & {
    readonly send: (frame: string) => void
    readonly patienceMs: number
  }
  #waiting: Request[] = []
  readonly #inFlight = new Map<FrameId, Request>()
  #limits: FrameLimits | null = null
  #closed = false
  #ids = 0

  constructor(
    powers: Pick<ClientPowers, 'after'> & { readonly send: (frame: string) => void; readonly patienceMs: number },
  ) {
    this.#powers = powers
  }

  /**
   * Calls one of `resolve` and `reject`, once, and in the very moment in which the answer arrives: the events that follow
   * an `attached` frame may come before any promise has told of it.
   */
  ask(frame: Asked, of: Answering & Pick<Request, 'of' | 'fleeting'>): void {
    if (this.#closed) return of.reject(clientError('CLIENT_CLOSED'))
    if (this.#waiting.length >= WAITING_MAX) {
      return of.reject(
        hostRejection(of.of, { code: 'OVERLOADED', message: `${WAITING_MAX} requests wait to be sent already.` }),
      )
    }
    let text: string
    try {
      text = JSON.stringify(frame)
    } catch (error) {
      return of.reject(error)
    }
    const safe = frame.type === 'call' && frame.idempotencyKey !== undefined
    const request: Request = { ...of, text, safe, attempts: 0, patience: null }
    if (this.#limits === null || this.#waiting.length > 0 || this.#inFlight.size >= this.#limits.callsInFlight) {
      this.#wait([request])
    } else this.#send(request, this.#limits.frameBytes)
  }

  /** A connection is there. */
  up(limits: FrameLimits): void {
    this.#limits = limits
    this.#flush()
  }

  /** Nothing more may be sent on this connection. */
  hold(): void {
    this.#limits = null
  }

  /** The connection is lost. */
  down(): void {
    this.#limits = null
    const lost = [...this.#inFlight.values()]
    this.#inFlight.clear()
    const again: Request[] = []
    for (const request of lost) {
      if (request.fleeting) request.reject(new LinkLost('The connection was lost.'))
      else if (request.safe && request.attempts < ATTEMPTS_MAX) again.push(request)
      else request.reject(outcomeUnknown(request))
    }
    const waiting = this.#waiting
    this.#waiting = []
    this.#wait([...again, ...waiting.filter(({ fleeting }) => !fleeting)])
    for (const request of waiting)
      if (request.fleeting) this.#settle(request, () => request.reject(new LinkLost('The connection was lost.')))
  }

  close(): void {
    this.#closed = true
    this.#limits = null
    const waiting = this.#waiting
    this.#waiting = []
    for (const request of waiting) this.#settle(request, () => request.reject(clientError('CLIENT_CLOSED')))
    const lost = [...this.#inFlight.values()]
    this.#inFlight.clear()
    for (const request of lost) request.reject(outcomeUnknown(request))
  }

  answered(frame: Extract<ServerFrame, { type: 'reply' | 'attached' | 'rejected' | 'failed' }>): void {
    const request = frame.id === null ? undefined : this.#inFlight.get(frame.id)
    if (request === undefined || frame.id === null) return
    this.#inFlight.delete(frame.id)
    if (frame.type === 'reply' || frame.type === 'attached') request.resolve(frame)
    else if (frame.type === 'rejected') request.reject(rejection(request.of, frame))
    else if (!this.#again(request, frame)) request.reject(failure(request.of, frame))
    this.#flush()
  }

  /** Whether a failed request is sent again: it surely was not handled, or has a key that makes it safe. */
  #again(request: Request, failed: Extract<ServerFrame, { type: 'failed' }>): boolean {
    if (request.attempts >= ATTEMPTS_MAX) return false
    if (failed.code === 'GATEWAY_STOPPING') {
      this.#wait([request])
      return true
    }
    const overloaded = failed.code === 'GATEWAY_OVERLOADED' || (failed.code === 'OVERLOADED' && request.safe)
    if (!overloaded || failed.retryAfterMs === undefined) return false
    this.#powers.after(failed.retryAfterMs, () => {
      if (this.#closed) return request.reject(clientError('CLIENT_CLOSED'))
      this.#wait([request])
      this.#flush()
    })
    return true
  }

  #wait(requests: readonly Request[]): void {
    for (const request of requests) {
      request.patience ??= this.#powers.after(this.#powers.patienceMs, () => this.#giveUp(request))
      this.#waiting.push(request)
    }
  }

  #giveUp(request: Request): void {
    this.#waiting = this.#waiting.filter((other) => other !== request)
    request.patience = null
    const message = 'The gateway could not be reached in time: nothing happened.'
    request.reject(
      request.attempts > 0 ? outcomeUnknown(request) : hostRejection(request.of, { code: 'UNDELIVERED', message }),
    )
  }

  #flush(): void {
    let sent = 0
    for (const request of this.#waiting) {
      if (this.#limits === null || this.#inFlight.size >= this.#limits.callsInFlight) break
      sent++
      this.#settle(request, () => this.#send(request, this.#limits?.frameBytes ?? 0))
    }
    if (sent > 0) this.#waiting.splice(0, sent)
  }

  #send(request: Request, frameBytes: number): void {
    const id = ++this.#ids
    const text = `{"id":${id},${request.text.slice(1)}`
    // In UTF-8 a UTF-16 code unit takes three bytes at most: most texts need no counting.
    if (text.length * 3 > frameBytes && new TextEncoder().encode(text).length > frameBytes) {
      return request.reject(clientError('FRAME_TOO_LARGE'))
    }
    request.attempts++
    this.#inFlight.set(id, request)
    this.#powers.send(text)
  }

  #settle(request: Request, then: () => void): void {
    request.patience?.cancel()
    request.patience = null
    then()
  }
}

function outcomeUnknown({ of }: Request): Error {
  const message = 'The connection was lost before the answer: whether it happened is not known.'
  return hostRejection(of, { code: 'OUTCOME_UNKNOWN', message })
}
