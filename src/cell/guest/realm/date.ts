/**
 * Date in UTC, and with the turn's time for "now". Worker threads share the time zone of the process, so the local
 * methods are replaced by their UTC twins instead. `active` tells whether that holds for the running code: always in a
 * cell, only inside turns in a test's own process.
 */
import type { Patches } from './patches.ts'

export type DateSources = { readonly active: () => boolean; readonly nowMs: () => number }

type DateMethod = (this: Date, ...args: never[]) => unknown

const FIELDS = ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'] as const

/** `2026-01-01T10:00` without an offset, which the language reads as local time. */
const ISO_LOCAL = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?$/
/** An offset or a zone's name at the end, or the ISO date that is UTC anyway. */
const ZONED = /(Z|UTC?|GMT|[ECMP][SD]T|[+-]\d\d:?\d\d(\s*\(.*\))?)\s*$|^[+-]?\d{4,6}(-\d\d){0,2}$/i

/** A text without a zone means UTC. The parser of V8 takes ` UTC` after every free form that it knows. */
function zoned(text: string, parse: (text: string) => number): string {
  if (ISO_LOCAL.test(text)) return `${text}Z`
  if (ZONED.test(text)) return text
  return Number.isNaN(parse(`${text} UTC`)) ? text : `${text} UTC`
}

/** Replaces Date and the local methods of its prototype on `target`. */
export function patchDate(target: typeof globalThis, patch: Patches, { active, nowMs }: DateSources): void {
  const Real = target.Date
  const prototype = Real.prototype
  const realParse = Real.parse
  const realUtc = Real.UTC

  const parse = (text: string) => realParse(active() ? zoned(String(text), realParse) : text)
  const construct = (args: readonly unknown[]): unknown[] => {
    if (!active()) return [...args]
    const [first] = args
    if (args.length === 0) return [nowMs()]
    if (args.length > 1) return [realUtc(...(args as [number, number]))]
    return [typeof first === 'string' ? zoned(first, realParse) : first]
  }
  const Replaced = new Proxy(Real, {
    construct: (real, args, newTarget) => Reflect.construct(real, construct(args), newTarget) as Date,
    apply: () => new Replaced(nowMs()).toString(),
  })

  patch.replace(Real, 'now', () => nowMs())
  patch.replace(Real, 'parse', parse)
  patch.replace(prototype, 'constructor', Replaced)
  patch.replace(target, 'Date', Replaced)

  const either = (name: keyof Date & string, inUtc: DateMethod) => {
    const real = prototype[name] as DateMethod
    const method = {
      [name](this: Date, ...args: never[]) {
        return (active() ? inUtc : real).apply(this, args)
      },
    }
    patch.replace(prototype, name, method[name])
  }
  for (const field of FIELDS) {
    either(`get${field}`, prototype[`getUTC${field}`] as DateMethod)
    either(`set${field}`, prototype[`setUTC${field}`] as DateMethod)
  }
  const { getUTCDay, getUTCFullYear, setUTCFullYear, toUTCString, getTime } = prototype
  either('getDay', getUTCDay)
  either('getTimezoneOffset', function () {
    return Number.isNaN(getTime.call(this)) ? Number.NaN : 0
  })
  either('getYear' as keyof Date & string, function () {
    return getUTCFullYear.call(this) - 1900
  })
  either(
    'setYear' as keyof Date & string,
    function (year: number) {
      return setUTCFullYear.call(this, year >= 0 && year <= 99 ? year + 1900 : year)
    } as DateMethod,
  )

  // `Thu, 01 Jan 1970 00:00:00 GMT` holds every part of the local forms; the year may have more or fewer digits.
  const parts = (date: Date) => {
    const found = /^(\w+), (\d+) (\w+) (-?\d+) (\S+) GMT$/.exec(toUTCString.call(date))
    if (found === null) return null
    const [, weekday, day, month, year, time] = found
    return { day: `${weekday} ${month} ${day} ${year}`, time: `${time} GMT+0000 (Coordinated Universal Time)` }
  }
  const invalid = 'Invalid Date'
  either('toDateString', function () {
    return parts(this)?.day ?? invalid
  })
  either('toTimeString', function () {
    return parts(this)?.time ?? invalid
  })
  either('toString', function () {
    const found = parts(this)
    return found === null ? invalid : `${found.day} ${found.time}`
  })
}
