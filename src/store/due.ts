/**
 * What time brings about: waits that expire, idempotency keys that are swept, schedules that fire, timers that are
 * due. And the outbox from a row on, which is how the router finds after a start what was on its way.
 */
import type { Due } from '../turn/index.ts'
import { nextSweep, sweepKeys } from './idempotency.ts'
import { outboxPage } from './outbox.ts'
import { fireSchedules, nextSchedule } from './schedules.ts'
import { type Effects, noEffects, type StoreState } from './state.ts'
import { dueTimers } from './timers.ts'
import { expireWaits } from './waits.ts'

/**
 * Outbox rows come whatever their `notBeforeMs`: the router that holds them waits. `nextMs` is `nowMs` itself when a
 * page was full, so that the rest is asked for. Keys to be swept count as well: where nothing else is ever due they
 * would stay for ever.
 */
export function due(
  state: StoreState,
  { nowMs, afterRow, limit }: { readonly nowMs: number; readonly afterRow: number; readonly limit: number },
): Due {
  const effects: Effects = noEffects()
  expireWaits(state, effects, { nowMs, limit })
  sweepKeys(state, nowMs)
  fireSchedules(state, nowMs)
  const outbox = outboxPage(state, { after: afterRow, limit })
  const timers = dueTimers(state, { nowMs, limit })
  const lastRow = outbox.at(-1)?.row ?? afterRow
  const more =
    timers.length >= limit ||
    state.db.get('select 1 from outbox where row > ? limit 1', lastRow) !== undefined ||
    (nextWait(state) ?? Number.POSITIVE_INFINITY) <= nowMs
  const times = [nextTimer(state, nowMs), nextWait(state), nextSchedule(state), nextSweep(state)].filter(
    (time) => time !== null,
  )
  const nextMs = more ? nowMs : times.length === 0 ? null : Math.min(...times)
  return { outbox, timers, answers: effects.answers, nextMs }
}

function nextTimer(state: StoreState, nowMs: number): number | null {
  return (
    state.db.get<{ due: number | null }>('select min(due_ms) as due from timer where due_ms > ?', nowMs)?.due ?? null
  )
}

function nextWait(state: StoreState): number | null {
  return state.db.get<{ due: number | null }>('select min(deadline_ms) as due from wait')?.due ?? null
}
