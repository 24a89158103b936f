/**
 * The two ends of a channel, as far as the store needs them: a `MessagePort` of Node is one, and `localChannel` makes
 * two of them inside one thread, for the testkit. Both keep the order of what is posted.
 */
export interface Port<Out, In> {
  postMessage(items: readonly Out[]): void
  /** Only one listener is ever set. What was posted before waits for it. */
  on(event: 'message', listener: (items: readonly In[]) => void): unknown
  close(): void
}

/** What one end posts is heard at the other in a later turn of `schedule`, or never if an end was closed. */
export function localChannel<A, B>(schedule: (then: () => void) => void): readonly [Port<A, B>, Port<B, A>] {
  const toFirst = pipe<B>(schedule)
  const toSecond = pipe<A>(schedule)
  const close = () => {
    toFirst.close()
    toSecond.close()
  }
  return [
    { postMessage: toSecond.post, on: (_event, listener) => toFirst.listen(listener), close },
    { postMessage: toFirst.post, on: (_event, listener) => toSecond.listen(listener), close },
  ]
}

function pipe<T>(schedule: (then: () => void) => void) {
  const waiting: (readonly T[])[] = []
  let heard: ((items: readonly T[]) => void) | undefined
  let open = true
  const deliver = () => {
    if (heard === undefined || !open) return
    const items = waiting.shift()
    if (items !== undefined) heard(items)
  }
  return {
    post(items: readonly T[]) {
      if (!open) return
      waiting.push(items)
      schedule(deliver)
    },
    listen(listener: (items: readonly T[]) => void) {
      heard = listener
      for (const _posted of waiting) schedule(deliver)
    },
    close() {
      open = false
    },
  }
}
