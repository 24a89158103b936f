/**
 * Collects items and posts them as one array per event-loop tick, because threads pay per message more than per item.
 * `schedule` is the host's `setImmediate`, or a test's own.
 */
export type Batcher<T> = {
  push(item: T): void
  /** Goes with the next batch, and brings none about until many wait: for what only matters to whatever comes after. */
  later(item: T): void
  flush(): void
}

/** Items of `later` that wait at most. */
const LATER_MAX = 64

export function batcher<T>(powers: { schedule: (flush: () => void) => void; post: (items: T[]) => void }): Batcher<T> {
  let items: T[] = []
  let scheduled = false
  const flush = () => {
    scheduled = false
    if (items.length === 0) return
    const batch = items
    items = []
    powers.post(batch)
  }
  const flushSoon = () => {
    if (scheduled) return
    scheduled = true
    powers.schedule(flush)
  }
  return {
    push(item) {
      items.push(item)
      flushSoon()
    },
    later(item) {
      items.push(item)
      if (items.length >= LATER_MAX) flushSoon()
    },
    flush,
  }
}
