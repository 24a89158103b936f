/** Chance that a seed decides: mulberry32, a few lines, good enough for tests, the same on every machine. */
import type { Random } from '../base/index.ts'

export function seededRandom(seed: number): Random {
  let state = seed | 0
  const byte = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % 256
  }
  return { hex: (bytes) => Array.from({ length: bytes }, () => byte().toString(16).padStart(2, '0')).join('') }
}
