/**
 * Locale and time zone of a cell: en-US and UTC wherever nothing is said, whatever the machine is set to. A locale that
 * is asked for by name is given; what it knows comes from Node's own ICU, which is part of a generation.
 */
import type { DateSources } from './date.ts'
import type { Patches } from './patches.ts'

const LOCALE = 'en-US'
const ZONE = 'UTC'

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Replaces the defaults of Intl and of every method that takes a locale. */
export function patchLocale(target: typeof globalThis, patch: Patches, sources: DateSources): void {
  const { active } = sources
  const defaulted = (prototype: object, name: string, defaults: (args: readonly unknown[]) => unknown[]) => {
    const real = Reflect.get(prototype, name) as Method | undefined
    if (typeof real !== 'function') return
    const method: Record<string, Method> = {
      [name](...args) {
        return real.apply(this, active() ? defaults(args) : args)
      },
    }
    patch.replace(prototype, name, method[name])
  }
  const locale = ([locales, ...rest]: readonly unknown[]) => [locales ?? LOCALE, ...rest]
  const localeAndZone = ([locales, options]: readonly unknown[]) => [
    locales ?? LOCALE,
    { ...(options as object | undefined), timeZone: (options as { timeZone?: string } | undefined)?.timeZone ?? ZONE },
  ]

  for (const name of ['toLocaleLowerCase', 'toLocaleUpperCase']) defaulted(target.String.prototype, name, locale)
  defaulted(target.String.prototype, 'localeCompare', ([that, locales, options]) => [that, locales ?? LOCALE, options])
  for (const Numeric of [target.Number, target.BigInt]) defaulted(Numeric.prototype, 'toLocaleString', locale)
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    defaulted(target.Date.prototype, name, localeAndZone)
  }

  for (const name of Object.getOwnPropertyNames(target.Intl)) {
    const Real: unknown = Reflect.get(target.Intl, name)
    if (typeof Real !== 'function' || name === 'Locale' || Real.prototype === undefined) continue
    const defaults = name === 'DateTimeFormat' ? localeAndZone : locale
    const Replaced = new Proxy(Real, {
      construct: (real, args, newTarget) =>
        Reflect.construct(real, active() ? defaults(args) : args, newTarget) as object,
      apply: (real, self, args) => Reflect.apply(real, self, active() ? defaults(args) : args) as unknown,
    })
    patch.replace(Real.prototype, 'constructor', Replaced)
    patch.replace(target.Intl, name, Replaced)
  }
  patchFormats(target, patch, sources)
}

/** A date format that is given no date formats "now". */
function patchFormats(target: typeof globalThis, patch: Patches, { nowMs }: DateSources): void {
  const prototype = target.Intl.DateTimeFormat.prototype
  const realFormat = Object.getOwnPropertyDescriptor(prototype, 'format')?.get
  if (realFormat !== undefined) {
    patch.replaceGetter(prototype, 'format', function (this: Intl.DateTimeFormat) {
      const format = realFormat.call(this) as (date: unknown) => string
      return (date?: unknown) => format(date ?? nowMs())
    })
  }
  const realParts = prototype.formatToParts
  patch.replace(prototype, 'formatToParts', function (this: Intl.DateTimeFormat, date?: number | Date) {
    return realParts.call(this, date ?? nowMs())
  })
}
