/** Sums of the system's invariants, over what the store has. The system is at rest, so they are exact. */
import type { System } from '../component/index.ts'
import type { EntityRecord, Store } from '../turn/index.ts'

const PAGE_ROWS = 1_000

export type Sum = { readonly name: string; readonly sum: number; readonly holds: boolean }

export async function sumsOf({ invariants }: System, store: Store): Promise<readonly Sum[]> {
  const sums: Sum[] = []
  for (const [name, { entities = {}, messages = {}, holds }] of Object.entries(invariants)) {
    let sum = 0
    for (const [component, fold] of Object.entries(entities)) {
      for await (const { state } of recordsOf(store, component)) sum += fold(JSON.parse(state))
    }
    for await (const { to, message, input, fate } of rowsOf(store)) {
      const fold = messages[to.component]?.[message]
      if (fold !== undefined && fate === null) sum += fold(JSON.parse(input ?? 'null'))
    }
    sums.push({ name, sum, holds: holds(sum) })
  }
  return sums
}

async function* recordsOf(store: Store, component: string) {
  for (let after: string | null = null; ; ) {
    const records: readonly EntityRecord[] = await store.call('scan', { component, after, limit: PAGE_ROWS })
    yield* records
    const last = records.at(-1)
    if (last === undefined) return
    after = last.key
  }
}

async function* rowsOf(store: Store) {
  for (let after = 0; ; ) {
    const rows = await store.call('scanOutbox', { after, limit: PAGE_ROWS })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.row
  }
}
