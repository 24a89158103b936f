/**
 * Time limits of what is under way, looked at once a second while anything is: callers that have waited too long, and
 * turns that do not end.
 */
import type { Clock, Timer } from '../base/index.ts'

const LOOK_MS = 1_000

export class Deadlines {
  readonly #clock: Clock
  readonly #look: () => boolean
  #timer: Timer | null = null

  /** @param look checks everything; returns whether anything is still under way */
  constructor(clock: Clock, look: () => boolean) {
    this.#clock = clock
    this.#look = look
  }

  watch(): void {
    this.#timer ??= this.#clock.after(LOOK_MS, () => {
      this.#timer = null
      if (this.#look()) this.watch()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
