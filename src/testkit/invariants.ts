/** Sums of the system's invariants, over what the store has. The system is at rest, so they are exact. */
import type { System } from '../component/index.ts'
import { outboxPages, recordPages } from '../store/index.ts'
import type { Store } from '../turn/index.ts'

const PAGE_ROWS = 1_000

export type Sum = { readonly name: string; readonly sum: number; readonly holds: boolean }

export async function sumsOf({ invariants }: System, store: Store): Promise<readonly Sum[]> {
  const sums: Sum[] = []
  for (const [name, { entities = {}, messages = {}, holds }] of Object.entries(invariants)) {
    let sum = 0
    for (const [component, fold] of Object.entries(entities)) {
      for await (const records of recordPages(store, { component, pageRows: PAGE_ROWS })) {
        for (const { state } of records) sum += fold(JSON.parse(state))
      }
    }
    for await (const rows of outboxPages(store, { pageRows: PAGE_ROWS })) {
      for (const { to, message, input, fate } of rows) {
        const fold = messages[to.component]?.[message]
        if (fold !== undefined && fate === null) sum += fold(JSON.parse(input ?? 'null'))
      }
    }
    sums.push({ name, sum, holds: holds(sum) })
  }
  return sums
}
