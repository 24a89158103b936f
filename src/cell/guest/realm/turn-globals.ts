/**
 * The globals of a turn in an ordinary process, for tests that run cells in-process: inside a turn Date, Math.random,
 * fetch, crypto, locale and zone are the turn's; outside they are the real ones, so that the test itself is not bent.
 */
import type { TurnWorld } from '../engine/index.ts'
import { patchCrypto, patchRandom } from './chance.ts'
import { type CurrentTurn, currentTurn } from './current.ts'
import { patchDate } from './date.ts'
import { turnFetch, worldFetch } from './fetch.ts'
import { patchLocale } from './locale.ts'
import { patches } from './patches.ts'
import { patchTemporal } from './temporal.ts'
import { webParts } from './web-parts.ts'

export type TurnGlobals = {
  /** Pass it to an engine as its port `within`. */
  readonly within: CurrentTurn['within']
  /** Pass it to an engine as it is. */
  readonly makeFetch: (world: TurnWorld) => typeof fetch
  readonly install: () => void
  /** Puts the real globals back. Whatever copied one of ours meanwhile keeps a copy that works outside of turns. */
  readonly uninstall: () => void
}

export function turnGlobals(): TurnGlobals {
  const current = currentTurn()
  const patch = patches()
  const web = webParts(globalThis)
  return {
    within: current.within,
    makeFetch: (world) => worldFetch(web, world),
    install() {
      const target = globalThis
      const realNow = target.Date.now
      const sources = {
        active: () => current.get() !== undefined,
        nowMs: () => current.get()?.nowMs() ?? realNow(),
      }
      patchDate(target, patch, sources)
      patchLocale(target, patch, sources)
      patchTemporal(target, patch, sources)
      patchRandom(target, patch, current, null)
      patchCrypto(target.crypto, patch, current)
      patch.replace(target, 'fetch', turnFetch(web, current, target.fetch))
    },
    uninstall: () => patch.undo(),
  }
}
