/**
 * Sees from outside when a cell's thread is held: code that never comes back to its event loop. The guest writes two
 * numbers into shared memory, the host reads them now and then. It can only look, so it decides nothing but "held".
 *
 * Held means: over the whole limit the same turn, no new beat (the guest beats for every batch it receives), and a loop
 * that was not idle for a moment. The last tells an endless loop from a turn that waits for an answer.
 */
import type { Clock, Timer } from '../base/index.ts'

/** Slots of the shared memory, as doubles: whole and untorn on every 64-bit machine, and wide enough for any turn. */
export const WATCH_TURN = 0
export const WATCH_BEAT = 1
const WATCH_SLOTS = 2

/** How long the code of a turn may hold the thread, in milliseconds. */
export const HOLD_LIMIT_MS = 1_000
/** How often the host looks, in milliseconds. What is held is seen at most this much late. */
const POLL_MS = 100
/** What counts at most of the time between two looks. */
const COUNTED_MS_MAX = 1.5 * POLL_MS

export function watchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(WATCH_SLOTS * Float64Array.BYTES_PER_ELEMENT)
}

/** The turn that holds the thread, or held it when the thread died; null for none. */
export function suspectTurn(memory: SharedArrayBuffer): number | null {
  return new Float64Array(memory)[WATCH_TURN] || null
}

export type WatchdogPowers = {
  readonly clock: Clock
  /** Milliseconds that the thread's loop has been idle since its start; undefined while that is not known. */
  readonly idleMs: () => number | undefined
  readonly held: () => void
}

/** Looks until it is stopped, or until it has called `held` once. */
export function watchdog(memory: SharedArrayBuffer, powers: WatchdogPowers, limitMs = HOLD_LIMIT_MS): { stop(): void } {
  const slots = new Float64Array(memory)
  let timer: Timer
  let seen = { turn: -1, beat: -1, idleMs: -1 }
  let heldMs = 0
  let lookedMs = powers.clock.monotonicMs()
  const look = () => {
    const nowMs = powers.clock.monotonicMs()
    const idleMs = powers.idleMs()
    const turn = slots[WATCH_TURN] ?? 0
    const beat = slots[WATCH_BEAT] ?? 0
    const moved = idleMs === undefined || turn !== seen.turn || beat !== seen.beat || idleMs !== seen.idleMs
    heldMs = moved ? 0 : heldMs + Math.min(nowMs - lookedMs, COUNTED_MS_MAX)
    if (moved) seen = { turn, beat, idleMs: idleMs ?? -1 }
    else if (heldMs >= limitMs) return powers.held()
    lookedMs = nowMs
    timer = powers.clock.after(POLL_MS, look)
  }
  timer = powers.clock.after(POLL_MS, look)
  return { stop: () => timer.cancel() }
}
