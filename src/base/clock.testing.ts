/** Clocks for tests: one that a test moves, and the machine's. The testkit's own clock also waits for what it sets off. */
import type { Clock } from './clock.ts'

export type ManualClock = Clock & {
  /** Moves on, from one timer that falls due to the next. */
  advance(ms: number): void
  /** How many timers are set. */
  pending(): number
}

/** Stands still at 0 until it is moved. */
export function manualClock(): ManualClock {
  let nowMs = 0
  let timers: { readonly dueMs: number; readonly then: () => void }[] = []
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, then) {
      const timer = { dueMs: nowMs + delayMs, then }
      timers.push(timer)
      const cancel = () => {
        timers = timers.filter((other) => other !== timer)
      }
      return { cancel }
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const next = timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        nowMs = next.dueMs
        next.then()
      }
      nowMs = untilMs
    },
    pending: () => timers.length,
  }
}

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
