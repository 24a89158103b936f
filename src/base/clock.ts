/** Time as a power. Logic takes `nowMs` as an argument, or asks for this; only `host/` and `testkit/` make one. */

export type Timer = { cancel(): void }

export interface Clock {
  /** Milliseconds since the epoch. May jump; what must not jump takes durations from `monotonicMs`. */
  nowMs(): number
  /** Milliseconds from an arbitrary start, never going back. */
  monotonicMs(): number
  /** Calls `then` once, not before `delayMs` milliseconds have passed. */
  after(delayMs: number, then: () => void): Timer
}

/** Randomness as a power: `bytes` hexadecimal-encoded. */
export interface Random {
  hex(bytes: number): string
}
