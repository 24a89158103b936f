/** The real powers: the one place where the host takes time and chance from the machine. */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock, Random } from '../base/index.ts'

/** Timers longer than this fire early in Node; whoever asked looks at the clock and asks again. */
const DELAY_MS_MAX = 2 ** 31 - 1

export const machineClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, Math.min(Math.max(0, delayMs), DELAY_MS_MAX))
    return { cancel: () => clearTimeout(timer) }
  },
}

export const machineRandom: Random = { hex: (bytes) => randomBytes(bytes).toString('hex') }

/** SHA-256 in hex. */
export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')
