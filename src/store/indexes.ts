/**
 * Secondary indexes: written in the transaction of their record, read by `list`. A value is kept as its JSON text, so
 * that 1, '1' and true are three values. A record is under one value per index.
 */
import type { Address, Indexed, Page } from '../turn/index.ts'
import type { Value } from './database.ts'
import { afterPrefix, isAfter } from './key-range.ts'
import { PAGE_ROWS_MAX, WHERE_MAX } from './limits.ts'
import type { StoreState } from './state.ts'

/** Makes the index rows of the entity exactly these. Touches only what differs. */
export function writeIndexes(state: StoreState, { component, key }: Address, indexes: readonly Indexed[]): void {
  const indexed = state.components.isIndexed(component)
  if (indexes.length === 0 && !indexed) return
  const wanted = new Map(indexes.map(({ name, value }) => [name, JSON.stringify(value)]))
  if (indexed) {
    const sql = 'select name, value from indexed where component = ? and key = ?'
    for (const { name, value } of state.db.all<{ name: string; value: string }>(sql, component, key)) {
      if (wanted.get(name) === value) wanted.delete(name)
      else
        state.db.run(
          'delete from indexed where component = ? and name = ? and value = ? and key = ?',
          component,
          name,
          value,
          key,
        )
    }
  } else state.components.indexed(component)
  for (const [name, value] of wanted)
    state.db.run('insert into indexed values (?, ?, ?, ?)', component, name, value, key)
}

/** Keys in order (see key-range.ts); with several `where`, those that fulfil all of them. */
export function listKeys(state: StoreState, component: string, page: Page): string[] {
  const { prefix, after } = page
  const where = page.where.slice(0, WHERE_MAX)
  const [first, ...others] = where
  const values: Value[] = [component]
  let sql = 'select key from record where component = ?'
  if (first !== undefined) {
    sql = 'select key from indexed as first where component = ? and name = ? and value = ?'
    values.push(first.name, JSON.stringify(first.value))
  }
  for (const { name, value } of others) {
    sql += ' and exists (select 1 from indexed where component = ? and name = ? and value = ? and key = first.key)'
    values.push(component, name, JSON.stringify(value))
  }
  // One lower bound, the greater of the two, so that a page deep inside a prefix is found without a walk.
  if (after !== null && (prefix === null || !isAfter(prefix, after))) {
    sql += ' and key > ?'
    values.push(after)
  } else if (prefix !== null) {
    sql += ' and key >= ?'
    values.push(prefix)
  }
  const end = prefix === null ? null : afterPrefix(prefix)
  if (end !== null) {
    sql += ' and key < ?'
    values.push(end)
  }
  values.push(Math.min(page.limit, PAGE_ROWS_MAX))
  return state.db.all<{ key: string }>(`${sql} order by key limit ?`, ...values).map(({ key }) => key)
}
