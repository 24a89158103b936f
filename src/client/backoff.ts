/**
 * How long to wait before the next attempt: doubling, with full jitter, so that clients that lost the same host do not
 * come back at once. (Brooker, "Exponential Backoff And Jitter", AWS 2015.)
 */

const FIRST_MS = 200
const LONGEST_MS = 10_000

/** `attempt` counts from 0; `random` is from 0 up to 1. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16)))
}
