/**
 * What happens every so often. A schedule that is due puts one message into the outbox and moves on to its next time
 * after now: times that passed while nothing ran are made up for once, not once each.
 */
import type { OutboxRow, ScheduleRow } from '../turn/index.ts'
import { insertOutboxRow } from './outbox.ts'
import type { StoreState } from './state.ts'

type Stored = {
  name: string
  every_ms: number
  due_ms: number
  component: string
  key: string
  message: string
  input: string | null
}

/** A known schedule keeps its next time, unless its interval became shorter. */
export function declareSchedules(
  state: StoreState,
  { nowMs, schedules }: { readonly nowMs: number; readonly schedules: readonly ScheduleRow[] },
): void {
  const known = new Map(stored(state).map((row) => [row.name, row.due_ms]))
  state.db.run('delete from schedule')
  for (const { name, everyMs, to, message, input } of schedules) {
    const due = Math.min(known.get(name) ?? Number.POSITIVE_INFINITY, nowMs + everyMs)
    state.db.run(
      'insert into schedule values (?, ?, ?, ?, ?, ?, ?)',
      name,
      everyMs,
      due,
      to.component,
      to.key,
      message,
      input,
    )
  }
}

/** The caller of a scheduled message is `schedule:<name>`, which no address can be. */
export function fireSchedules(state: StoreState, nowMs: number): OutboxRow[] {
  const fired: OutboxRow[] = []
  for (const { name, every_ms: everyMs, due_ms: dueMs, component, key, message, input } of stored(state)) {
    const moved = (due: number) => state.db.run('update schedule set due_ms = ? where name = ?', due, name)
    if (dueMs <= nowMs) {
      const from = `schedule:${name}`
      fired.push(
        insertOutboxRow(state, {
          to: { component, key },
          message,
          input,
          from,
          continuation: null,
          fate: null,
          result: null,
        }),
      )
      moved(dueMs + everyMs * (1 + Math.floor((nowMs - dueMs) / everyMs)))
    } else if (dueMs > nowMs + everyMs) moved(nowMs + everyMs) // The clock was set back.
  }
  return fired
}

export function nextSchedule(state: StoreState): number | null {
  return state.db.get<{ due: number | null }>('select min(due_ms) as due from schedule')?.due ?? null
}

function stored(state: StoreState): Stored[] {
  return state.db.all<Stored>('select * from schedule order by name')
}
