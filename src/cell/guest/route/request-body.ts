/**
 * A request's body as a stream. Pieces wait here until the app reads them, and are acknowledged only then; so the
 * window on the wire is also the bound of what waits.
 */
export type RequestBody = {
  readonly stream: ReadableStream<Uint8Array>
  readonly piece: (bytes: Uint8Array) => void
  readonly end: () => void
  /** Breaks off: the app's read fails. */
  readonly abort: (reason: unknown) => void
}

export function requestBody(taken: (bytes: number) => void): RequestBody {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined
  const waiting: Uint8Array[] = []
  let wanted = false
  let ended = false
  let over = false
  const close = () => {
    over = true
    control?.close()
  }
  const give = (bytes: Uint8Array) => {
    wanted = false
    control?.enqueue(bytes)
    taken(bytes.byteLength)
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        control = controller
      },
      pull() {
        const next = waiting.shift()
        if (next !== undefined) give(next)
        else wanted = true
        if (ended && waiting.length === 0 && !over) close()
      },
      // Whoever does not want the body lets it run out: the sender is not left with a full window.
      cancel() {
        over = true
        for (const bytes of waiting.splice(0)) taken(bytes.byteLength)
      },
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    piece(bytes) {
      if (over) taken(bytes.byteLength)
      else if (wanted) give(bytes)
      else waiting.push(bytes)
    },
    end() {
      ended = true
      if (waiting.length === 0 && !over) close()
    },
    abort(reason) {
      if (over) return
      over = true
      waiting.length = 0
      control?.error(reason)
    },
  }
}
