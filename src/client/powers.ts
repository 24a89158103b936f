/** What the client takes from its surroundings: a browser, Node, or a test. */

/** The part of a WebSocket that is used; both the browser's and Node's are one. */
export interface SocketLike {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number, reason?: string): void
}

export type ClientPowers = {
  /** Opens a WebSocket. To send headers from Node, open one of the package `ws` with them. */
  readonly open: (url: string) => SocketLike
  readonly after: (delayMs: number, then: () => void) => { cancel(): void }
  readonly monotonicMs: () => number
  /** From 0 up to 1. */
  readonly random: () => number
  /** A text that nobody else makes, for idempotency keys. */
  readonly unique: () => string
  /** Hears of errors that no caller waits for: what a callback threw, what ended a subscription. */
  readonly report: (error: unknown) => void
}

export const globalPowers: ClientPowers = {
  open: (url) => new WebSocket(url) as SocketLike,
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  // `crypto.randomUUID` is missing on pages that are not served over HTTPS.
  unique: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  report: (error) => console.error(error),
}
