/** Sends a response's body in pieces, never more than a window ahead of the client. */
import { HTTP_WINDOW_BYTES } from '../../http-items.ts'

export type ResponseBody = {
  /** Resolves when all was sent. Rejects with what the app's stream failed with. */
  readonly sent: Promise<void>
  readonly taken: (bytes: number) => void
  /** The client is gone: the app's stream is cancelled. */
  readonly abort: (reason: unknown) => void
}

export function responseBody(
  body: ReadableStream<Uint8Array>,
  piece: (bytes: Uint8Array<ArrayBuffer>) => void,
): ResponseBody {
  const reader = body.getReader()
  let ahead = 0
  let room: (() => void) | null = null
  let aborted = false
  const send = async () => {
    while (!aborted) {
      if (ahead >= HTTP_WINDOW_BYTES) await new Promise<void>((resolve) => (room = resolve))
      if (aborted) return
      const { done, value } = await reader.read()
      if (done || aborted) return
      // A copy with a buffer of its own, so that it can be moved; the app may go on using its own.
      const bytes = value.slice()
      ahead += bytes.byteLength
      if (bytes.byteLength > 0) piece(bytes)
    }
  }
  return {
    sent: send(),
    taken(bytes) {
      ahead -= bytes
      if (ahead >= HTTP_WINDOW_BYTES) return
      room?.()
      room = null
    },
    abort(reason) {
      aborted = true
      room?.()
      // An author's `cancel` may throw; the client is gone either way.
      reader.cancel(reason).catch(() => {})
    },
  }
}
