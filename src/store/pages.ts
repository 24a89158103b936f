/**
 * Everything of one kind that the store has, page by page, so that neither side ever holds all of it. What is written
 * meanwhile may be seen or not.
 */
import type { EntityRecord, OutboxRow, Store } from '../turn/index.ts'

type Rows = { readonly pageRows: number }

/** All entities of a component, in key order. */
export async function* recordPages(
  store: Store,
  { component, pageRows: limit }: Rows & { readonly component: string },
): AsyncGenerator<readonly EntityRecord[]> {
  for (let after: string | null = null; ; ) {
    const records: readonly EntityRecord[] = await store.call('scan', { component, after, limit })
    const last = records.at(-1)
    if (last === undefined) return
    yield records
    after = last.key
  }
}

/** All rows of the outbox, in the order in which they were sent. */
export async function* outboxPages(store: Store, { pageRows: limit }: Rows): AsyncGenerator<readonly OutboxRow[]> {
  for (let after = 0; ; ) {
    const rows = await store.call('scanOutbox', { after, limit })
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.row
  }
}
