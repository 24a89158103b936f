/**
 * Marks the turn that goes on after an await, so that the watchdog knows who holds the thread. This is a first
 * approximation: JavaScript tells nobody when a continuation starts, so the mark stands for a few microtasks after
 * the answer came in. If several turns are answered in one tick, the mark may name another one of them; the host runs
 * suspects again alone, and finds the right one then.
 */
import type { EnginePorts } from './ports.ts'

/** Microtasks between an answer and the handler's next line, wrappers of the author's own included. */
const HOPS = 16

export function resumption(holds: EnginePorts['holds']): (turn: number) => void {
  let latest = 0
  return (turn) => {
    latest += 1
    const mine = latest
    holds(turn)
    const hop = (left: number): void => {
      if (mine !== latest) return
      if (left === 0) holds(0)
      else Promise.resolve().then(() => hop(left - 1))
    }
    hop(HOPS)
  }
}
