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

/** Bytes drawn from the machine at a time: a draw costs microseconds, whatever its size. */
const POOL_BYTES = 8 * 1024

/** The machine's cryptographic randomness, drawn ahead. No byte is given twice. */
export function machineRandom(): Random {
  let pool = ''
  return {
    hex(bytes) {
      const digits = bytes * 2
      if (pool.length < digits) pool = randomBytes(Math.max(POOL_BYTES, bytes)).toString('hex')
      const drawn = pool.slice(0, digits)
      pool = pool.slice(digits)
      return drawn
    },
  }
}

/** SHA-256 in hex. */
export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')
