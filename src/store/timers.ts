/** Durable timers: one per entity and name. Setting one again replaces it, under a new row number. */
import type { Address, Commit, TimerRow } from '../turn/index.ts'
import { PAGE_ROWS_MAX } from './limits.ts'
import { dueAt, type Effects, nextRow, type StoreState } from './state.ts'

type Stored = {
  row: number
  component: string
  key: string
  name: string
  due_ms: number
  message: string
  input: string | null
}

export function changeTimers(state: StoreState, effects: Effects, { to, timers }: Commit): void {
  for (const change of timers) {
    deleteTimer(state, to, change.name)
    switch (change.type) {
      case 'set':
        insertTimer(state, effects, { ...change, to })
        break
      case 'cancel':
        break
      default:
        change satisfies never
    }
  }
}

export function insertTimer(state: StoreState, effects: Effects, timer: Omit<TimerRow, 'row'>): void {
  const { to, name, dueMs, message, input } = timer
  // Rounded up: a timer never fires before its time, and the column holds integers.
  const due = Math.ceil(dueMs)
  state.progress.timers += 1
  state.db.run(
    'insert into timer values (?, ?, ?, ?, ?, ?, ?)',
    nextRow(state),
    to.component,
    to.key,
    name,
    due,
    message,
    input,
  )
  dueAt(effects, due)
}

export function deleteTimer(state: StoreState, { component, key }: Address, name: string): void {
  state.progress.timers -= state.db.run(
    'delete from timer where component = ? and key = ? and name = ?',
    component,
    key,
    name,
  )
}

export function deleteTimersOf(state: StoreState, { component, key }: Address): void {
  state.progress.timers -= state.db.run('delete from timer where component = ? and key = ?', component, key)
}

/** Whether the very timer is still there: not fired, not replaced, not cancelled. */
export function hasTimer(
  state: StoreState,
  { component, key }: Address,
  timer: { readonly name: string; readonly row: number },
): boolean {
  const sql = 'select 1 from timer where component = ? and key = ? and name = ? and row = ?'
  return state.db.get(sql, component, key, timer.name, timer.row) !== undefined
}

export function timerByName(state: StoreState, { component, key }: Address, name: string): TimerRow | null {
  const stored = state.db.get<Stored>(
    'select * from timer where component = ? and key = ? and name = ?',
    component,
    key,
    name,
  )
  return stored === undefined ? null : decode(stored)
}

export function timerByRow(state: StoreState, row: number): TimerRow | null {
  const stored = state.db.get<Stored>('select * from timer where row = ?', row)
  return stored === undefined ? null : decode(stored)
}

/** The earliest first. They stay until a turn consumes them, so a timer in flight is told again. */
export function dueTimers(
  state: StoreState,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): TimerRow[] {
  const sql = 'select * from timer where due_ms <= ? order by due_ms, row limit ?'
  return state.db.all<Stored>(sql, nowMs, Math.min(limit, PAGE_ROWS_MAX)).map(decode)
}

function decode({ row, component, key, name, due_ms: dueMs, message, input }: Stored): TimerRow {
  return { row, to: { component, key }, name, dueMs, message, input }
}
