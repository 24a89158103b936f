/**
 * Makes the realm of a worker into a cell: replaces what is not deterministic, locks what is shared, removes the rest.
 * The order matters. Replace first (SES then freezes our replacements like any intrinsic), lock, remove, and only then
 * run a line of an author's.
 *
 * Invariant: after `tame`, every global of a component is deterministic, recorded, or absent.
 */
import { SeededRandom } from '../engine/index.ts'
import { allowedGlobals, removeOthers } from './allowed.ts'
import { cellCrypto, patchRandom } from './chance.ts'
import { cellConsole } from './console.ts'
import type { CurrentTurn, Outside } from './current.ts'
import { patchDate } from './date.ts'
import { realmErrors, refused } from './errors.ts'
import { turnFetch } from './fetch.ts'
import { patchLocale } from './locale.ts'
import { lockDown } from './lockdown.ts'
import { patches } from './patches.ts'
import { letStreamsBeMade } from './streams.ts'
import { patchTemporal } from './temporal.ts'
import { silentFinalizationRegistry, steadyWeakRef } from './weak.ts'
import { webParts } from './web-parts.ts'

export type Realm = {
  /** `component`: time and chance are the turn's. `web` (routes, the edge): real time, timers, streams. */
  readonly profile: 'component' | 'web'
  /** Freezes the intrinsics. Without it the allowlist of globals holds all the same. */
  readonly hardened: boolean
  /** The file of SES. */
  readonly sesFile: string
  /** The web's classes for a component: only where it may fetch, because loading them takes 20 ms. */
  readonly fetches: boolean
}

export type RealmPowers = {
  readonly current: CurrentTurn
  readonly log: (message: string) => void
  /** Objects of ours that authors' code gets hold of: frozen with the rest, so that they keep no state of theirs. */
  readonly shared: readonly object[]
}

/** The instant at which every bundle loads: 1970-01-01T00:00:00Z. */
const LOAD_MS = 0

/** Returns what closes the realm after the author's scripts have loaded: from then on no global can be added. */
export function tame(realm: Realm, powers: RealmPowers): { seal(): void } {
  const target = globalThis
  const { current, log } = powers
  const component = realm.profile === 'component'
  const web = !component || realm.fetches
  const realNow = target.Date.now
  const loading = new SeededRandom('load')
  const outside: Outside = component ? { nowMs: () => LOAD_MS, random: () => loading.fraction() } : null
  const nowMs = () => current.get()?.nowMs() ?? outside?.nowMs() ?? realNow()
  const sources = { active: () => true, nowMs }

  // Replace.
  const patch = patches()
  patchDate(target, patch, sources)
  patchLocale(target, patch, sources)
  patchTemporal(target, patch, sources)
  if (component) patchRandom(target, patch, current, outside)
  const replaced = component ? turnGlobals(target, { ...powers, nowMs, web }) : webGlobals(target)
  tamePlatform(target, { component, nowMs })
  if (web) tameBuffer(target)
  if (web) letStreamsBeMade(target)

  // Lock.
  const harden = realm.hardened ? lockDown(target, realm.sesFile) : Object.freeze
  const everything = { ...replaced, console: cellConsole(log) }
  for (const [name, value] of Object.entries(everything)) {
    Object.defineProperty(target, name, {
      value: harden(value),
      writable: false,
      enumerable: false,
      configurable: true,
    })
  }
  for (const value of powers.shared) harden(value)
  const allowed = allowedGlobals({ web })
  if (realm.hardened) for (const name of allowed) hardenGlobal(target, { name, harden })

  // Remove.
  const stayed = removeOthers(target, allowed)
  if (stayed.length > 0)
    throw realmErrors.NOT_IN_A_CELL({ use: `The global ${stayed.join(', ')}, which cannot be removed,`, instead: '' })
  const seal = () => {
    if (!component || !realm.hardened) return
    Object.freeze(target)
    Object.freeze(Object.getPrototypeOf(target))
  }
  return { seal }
}

/** Freezes a global. One that Node keeps behind an accessor becomes a plain value: accessors are objects too. */
function hardenGlobal(target: typeof globalThis, of: { name: string; harden: <T>(value: T) => T }): void {
  const { name, harden } = of
  const descriptor = Reflect.getOwnPropertyDescriptor(target, name)
  if (descriptor === undefined || name === 'globalThis') return
  const value: unknown = harden(Reflect.get(target, name))
  if (descriptor.get !== undefined) Object.defineProperty(target, name, { value, writable: false, configurable: true })
  // Buffer makes its results with a class that only this leads to.
  if (name === 'Buffer') harden(Reflect.get(value as object, Symbol.species))
}

/** Timers and the world, for code that runs in turns. */
function turnGlobals(
  target: typeof globalThis,
  powers: Pick<RealmPowers, 'current'> & { nowMs: () => number; web: boolean },
): object {
  const timer = (name: string) => refused(name, 'turn.after')
  const nothing = () => {}
  return {
    crypto: cellCrypto(target.crypto, powers.current),
    performance: { timeOrigin: 0, now: powers.nowMs, mark: nothing, measure: nothing },
    fetch: powers.web
      ? turnFetch(webParts(target), powers.current, null)
      : refused('fetch without a permission', 'permissions'),
    setTimeout: timer('setTimeout'),
    setInterval: timer('setInterval'),
    setImmediate: timer('setImmediate'),
    clearTimeout: nothing,
    clearInterval: nothing,
    clearImmediate: nothing,
    WeakRef: steadyWeakRef(),
    FinalizationRegistry: silentFinalizationRegistry(),
  }
}

/** A route streams, so it has timers and the real time. What it wants of the world it asks a connector for. */
function webGlobals(target: typeof globalThis): object {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = target
  const real = target.performance
  const { crypto } = target
  return {
    crypto: {
      getRandomValues: crypto.getRandomValues.bind(crypto),
      randomUUID: crypto.randomUUID.bind(crypto),
      subtle: crypto.subtle,
    },
    performance: { timeOrigin: real.timeOrigin, now: () => real.now(), mark() {}, measure() {} },
    fetch: refused('fetch in a route', 'a connector'),
    // Timers are handed out as numbers: Node's own objects lead to its internals.
    ...numberedTimers({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate }),
    WeakRef: steadyWeakRef(),
    FinalizationRegistry: silentFinalizationRegistry(),
  }
}

type Timers = Pick<
  typeof globalThis,
  'setTimeout' | 'setInterval' | 'setImmediate' | 'clearTimeout' | 'clearInterval' | 'clearImmediate'
>

function numberedTimers(timers: Timers): object {
  const running = new Map<number, () => void>()
  let last = 0
  const start = (once: boolean, begin: (fire: () => void) => () => void) => {
    const id = ++last
    running.set(
      id,
      begin(() => {
        if (once) running.delete(id)
      }),
    )
    return id
  }
  const clear = (id: number) => {
    running.get(id)?.()
    running.delete(id)
  }
  type Callback = (...args: unknown[]) => void
  return {
    setTimeout: (callback: Callback, ms?: number, ...args: unknown[]) =>
      start(true, (fired) => {
        const timer = timers.setTimeout(() => {
          fired()
          callback(...args)
        }, ms)
        return () => timers.clearTimeout(timer)
      }),
    setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
      start(false, () => {
        const timer = timers.setInterval(() => callback(...args), ms)
        return () => timers.clearInterval(timer)
      }),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      start(true, (fired) => {
        const timer = timers.setImmediate(() => {
          fired()
          callback(...args)
        })
        return () => timers.clearImmediate(timer)
      }),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  }
}

/** Small doors to real time and to shared stores, on classes that stay. */
function tamePlatform(
  target: typeof globalThis,
  { component, nowMs }: { component: boolean; nowMs: () => number },
): void {
  Reflect.deleteProperty(target.URL, 'createObjectURL')
  Reflect.deleteProperty(target.URL, 'revokeObjectURL')
  if (!component) return
  Reflect.deleteProperty(target.AbortSignal, 'timeout')
  Object.defineProperty(target.Event.prototype, 'timeStamp', { get: nowMs, configurable: true, enumerable: true })
}

/** Buffer without its pool and without memory that still holds what was there before. */
function tameBuffer(target: typeof globalThis): void {
  const { Buffer } = target
  const { alloc } = Buffer
  Buffer.poolSize = 0
  Object.defineProperty(Buffer, 'allocUnsafe', { value: (size: number) => alloc(size) })
  Object.defineProperty(Buffer, 'allocUnsafeSlow', { value: (size: number) => alloc(size) })
}
