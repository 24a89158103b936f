/**
 * One WebSocket after another to the same gateway: opens, says when frames may be sent, notices a dead peer, and opens
 * again until it is closed. It knows nothing of what the frames say, but for greeting, heartbeat and farewell.
 */
import type { ClientFrame, ServerFrame } from '../gateway/frames.ts'
import { backoffMs } from './backoff.ts'
import type { ClientPowers, SocketLike } from './powers.ts'

/** From the opening of a socket to its `hello`. */
const HELLO_WITHIN_MS = 10_000

export type Hello = Extract<ServerFrame, { type: 'hello' }>

export type LinkPowers = Pick<ClientPowers, 'open' | 'after' | 'monotonicMs' | 'random'> & {
  readonly url: string
  /** Frames may be sent from now on. */
  readonly up: (hello: Hello) => void
  readonly frame: (frame: ServerFrame) => void
  /** The host goes: nothing new may be sent, but answers still come. */
  readonly going: () => void
  /** No more frames come; whatever was not answered will not be. Called once for each `up`. */
  readonly down: () => void
}

type Stage =
  | { readonly type: 'idle' }
  | { readonly type: 'opening' | 'up'; readonly socket: SocketLike }
  | { readonly type: 'waiting' }
  | { readonly type: 'closed' }

export class Link {
  readonly #powers: LinkPowers
  #stage: Stage = { type: 'idle' }
  #timer: { cancel(): void } | null = null
  #attempt = 0
  #heardMs = 0

  constructor(powers: LinkPowers) {
    this.#powers = powers
  }

  get stage(): Stage['type'] {
    return this.#stage.type
  }

  /** Opens the first socket; further calls do nothing. */
  start(): void {
    if (this.#stage.type === 'idle') this.#open()
  }

  /** Only while up. */
  send(frame: string): void {
    if (this.#stage.type === 'up') this.#stage.socket.send(frame)
  }

  close(): void {
    const before = this.#stage
    this.#leave({ type: 'closed' })
    if ('socket' in before) closeQuietly(before.socket)
    if (before.type === 'up') this.#powers.down()
  }

  #open(): void {
    let socket: SocketLike
    try {
      socket = this.#powers.open(this.#powers.url)
    } catch {
      return this.#wait()
    }
    this.#leave({ type: 'opening', socket })
    this.#timer = this.#powers.after(HELLO_WITHIN_MS, () => this.#lost(socket))
    // Taken away again by `closeQuietly`: late events of a socket that was given up are not this link's any more.
    socket.onmessage = ({ data }) => this.#received(socket, data)
    socket.onclose = () => this.#lost(socket)
    // An error is always followed by a close.
    socket.onerror = () => {}
  }

  #received(socket: SocketLike, data: unknown): void {
    if (typeof data !== 'string') return
    this.#heardMs = this.#powers.monotonicMs()
    const frame = JSON.parse(data) as ServerFrame
    switch (frame.type) {
      case 'hello':
        this.#leave({ type: 'up', socket })
        this.#attempt = 0
        this.#beat(socket, frame.heartbeatMs)
        return this.#powers.up(frame)
      case 'pong':
        return
      case 'going':
        return this.#powers.going()
      default:
        return this.#powers.frame(frame)
    }
  }

  #beat(socket: SocketLike, heartbeatMs: number): void {
    this.#timer = this.#powers.after(heartbeatMs, () => {
      if (this.#powers.monotonicMs() - this.#heardMs > 2 * heartbeatMs) return this.#lost(socket)
      this.send(JSON.stringify({ type: 'ping' } satisfies ClientFrame))
      this.#beat(socket, heartbeatMs)
    })
  }

  #lost(socket: SocketLike): void {
    const before = this.#stage
    if (!('socket' in before) || before.socket !== socket) return
    closeQuietly(socket)
    this.#wait()
    if (before.type === 'up') this.#powers.down()
  }

  #wait(): void {
    this.#leave({ type: 'waiting' })
    this.#timer = this.#powers.after(backoffMs(this.#attempt++, this.#powers.random()), () => this.#open())
  }

  #leave(next: Stage): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#stage = next
  }
}

function closeQuietly(socket: SocketLike): void {
  socket.onmessage = null
  socket.onclose = null
  try {
    socket.close()
  } catch {
    // It was closed already, or never opened.
  }
}
