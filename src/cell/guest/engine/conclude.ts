/** From a turn's conclusion to its commit, and to what the next turn of the entity is computed from. */
import type { Commit, TimerChange } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'
import { isQuiet } from './effects.ts'
import type { Copy } from './entities.ts'
import type { Conclusion } from './run-turn.ts'

export type Done = Extract<Conclusion, { type: 'done' }>

/** Shared, because most turns have none: a commit is never written to. */
const NONE: readonly never[] = Object.freeze([])

/**
 * Whether the outcome can leave without a commit: the turn did nothing, and nothing that lies in the store asks to be
 * consumed or kept.
 */
export function isEffectless({ delivery }: Attempt, { change, effects }: Done): boolean {
  const { cause } = delivery
  const leavesNoRow = cause.type === 'connection' || (cause.type === 'request' && cause.idempotency === null)
  return leavesNoRow && (change.type === 'keep' || change.type === 'none') && isQuiet(effects)
}

export function commitOf(
  { delivery }: Attempt,
  { change, outcome, effects }: Done,
  fences: { readonly epoch: number; readonly base: number; readonly version: string },
): Commit {
  const { turn, to, message, caller, lease, nowMs, cause } = delivery
  return {
    turn,
    to,
    message,
    caller,
    lease,
    ...fences,
    nowMs,
    cause,
    change,
    outcome,
    waitUntilMs: outcome.type === 'deferred' ? (effects.wait?.untilMs ?? null) : null,
    sends: effects.sends ?? NONE,
    // With the entity its timers go, those of this turn included.
    timers: change.type === 'destroy' ? NONE : timersOf(effects.timers),
    events: effects.events ?? NONE,
    replies: effects.replies ?? NONE,
  }
}

function timersOf(timers: ReadonlyMap<string, TimerChange> | null): readonly TimerChange[] {
  return timers === null ? NONE : [...timers.values()]
}

/**
 * The copy as the commit will leave the record, if the store takes it. A commit makes the revision one more, also one
 * that keeps the state; where no record is left it is 0.
 */
export function advance(copy: Copy, { change, effects }: Done): void {
  switch (change.type) {
    case 'put':
      copy.text = change.state
      copy.converted = false
      copy.frozen = undefined
      break
    case 'destroy':
      copy.text = null
      copy.converted = false
      copy.frozen = undefined
      break
    case 'keep':
    case 'none':
      break
    default:
      change satisfies never
  }
  copy.revision = copy.text === null ? 0 : copy.revision + 1
  copy.sequence = copy.text === null ? 0 : copy.sequence + (effects.events?.length ?? 0)
}
