/**
 * A WebSocket that comes back. It speaks the gateway's frames by hand, on purpose: the load checks the house from
 * outside, so it shares no code with it.
 */
import { WebSocket } from 'ws'

export type Frame = { readonly type: string; readonly id?: number; readonly [field: string]: unknown }

const RECONNECT_MS = 100

export class FrameSocket {
  readonly #url: string
  readonly #on: { open: () => void; frame: (frame: Frame) => void; drop: () => void }
  readonly #waiting = new Map<number, (answer: Frame | null) => void>()
  #socket: WebSocket | undefined
  #next = 1
  #closed = false

  constructor(url: string, on: { open: () => void; frame: (frame: Frame) => void; drop: () => void }) {
    this.#url = url
    this.#on = on
    this.#connect()
  }

  /** The answering frame, or null if the connection went away first: then the outcome is unknown. */
  call(frame: { readonly type: string; readonly [field: string]: unknown }): Promise<Frame | null> {
    const socket = this.#socket
    if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve(null)
    const id = this.#next++
    return new Promise((settle) => {
      this.#waiting.set(id, settle)
      socket.send(JSON.stringify({ ...frame, id }))
    })
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  close() {
    this.#closed = true
    this.#socket?.close()
  }

  #connect() {
    const socket = new WebSocket(this.#url, { perMessageDeflate: false })
    this.#socket = socket
    let wasOpen = false
    socket.on('open', () => {
      wasOpen = true
      this.#on.open()
    })
    socket.on('message', (data) => {
      const frame: Frame = JSON.parse(String(data))
      // Events may follow `attached` in the same read, before a promise of ours would run: so it is heard like them.
      if (frame.id === undefined || frame.type === 'attached') this.#on.frame(frame)
      if (frame.id === undefined) return
      const settle = this.#waiting.get(frame.id)
      this.#waiting.delete(frame.id)
      settle?.(frame)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const settle of this.#waiting.values()) settle(null)
      this.#waiting.clear()
      if (this.#closed) return
      if (wasOpen) this.#on.drop()
      setTimeout(() => this.#connect(), RECONNECT_MS).unref()
    })
  }
}
