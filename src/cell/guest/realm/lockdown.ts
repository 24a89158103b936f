/**
 * SES lockdown: every shared intrinsic is frozen, and code can no longer be made from strings. The options, and why:
 *
 * - `errorTaming: 'unsafe'` keeps `error.stack` with positions in the bundle, which the host maps to the sources.
 * - `overrideTaming: 'severe'` lets packages assign to properties that they inherit from something frozen.
 * - `evalTaming: 'no-eval'`: `eval` and every Function constructor throw. Scripts are compiled by the host's own hand.
 * - locale, console, domain and the trapping of errors are our own business (see tame.ts and main.ts).
 */
import { createRequire } from 'node:module'

type Harden = <T>(value: T) => T
type Lockdown = (options: Readonly<Record<string, string>>) => void

/** Locks the realm and returns `harden`. Intrinsics that are to be replaced must have been replaced before. */
export function lockDown(target: typeof globalThis, sesFile: string): Harden {
  // The one-file build, loaded only now: SES takes its copies of the intrinsics as it loads, and must find ours.
  createRequire(import.meta.url)(sesFile)
  const ses = target as unknown as { lockdown: Lockdown; harden: Harden }
  ses.lockdown({
    errorTaming: 'unsafe',
    overrideTaming: 'severe',
    evalTaming: 'no-eval',
    localeTaming: 'unsafe',
    consoleTaming: 'unsafe',
    domainTaming: 'unsafe',
    regExpTaming: 'unsafe',
    stackFiltering: 'verbose',
    errorTrapping: 'none',
    unhandledRejectionTrapping: 'none',
    reporting: 'none',
  })
  return ses.harden
}
