/**
 * Collects items and posts them as one array per event-loop tick: threads pay per message, not per item
 * (three times the throughput, see docs/architecture.md). `schedule` is the host's `setImmediate`, or a test's own.
 */
export type Batcher<T> = { push(item: T): void; flush(): void }

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
  return {
    push(item) {
      items.push(item)
      if (scheduled) return
      scheduled = true
      powers.schedule(flush)
    },
    flush,
  }
}
