/**
 * Strings: their lengths, patterns and formats. A pattern is enforced with JavaScript's `u` flag, lengths are counted
 * in Unicode code points, as Zod and JSON Schema do; a format is an annotation beside the pattern that enforces it.
 */
import type { JsonSchema } from './json-schema.ts'
import type { ZodCheck } from './zod-view.ts'

type Refuse = (what: string) => void

/** What a format can be at most, in characters, where its grammar or its standard says so. */
const FORMAT_LENGTH_MAX: Readonly<Record<string, number>> = {
  uuid: 36,
  guid: 36,
  date: 10,
  datetime: 40,
  time: 32,
  duration: 64,
  email: 254,
  hostname: 253,
  ipv4: 15,
  ipv6: 45,
  cidrv4: 18,
  cidrv6: 49,
  mac: 17,
  e164: 16,
  nanoid: 21,
  ulid: 26,
  xid: 20,
  ksuid: 27,
}

/** Zod's name for a format, where JSON Schema has another; those that are mere patterns have none. */
const FORMAT_NAME: Readonly<Record<string, string | null>> = {
  guid: 'uuid',
  url: 'uri',
  datetime: 'date-time',
  time: null,
  regex: null,
  starts_with: null,
  ends_with: null,
  includes: null,
  lowercase: null,
  uppercase: null,
}

/** For formats that Zod checks by code: what we check instead, and so what is said in the codified form. */
const PATTERN_INSTEAD: Readonly<Record<string, string>> = {
  url: '^[A-Za-z][A-Za-z0-9+.\\-]*:[^\\s]+$',
  jwt: '^[A-Za-z0-9_\\-]+\\.[A-Za-z0-9_\\-]+\\.[A-Za-z0-9_\\-]*$',
}

export function textSchema(checks: readonly ZodCheck[], refuse: Refuse): JsonSchema {
  let [least, most] = [0, Number.POSITIVE_INFINITY]
  let format: string | undefined
  const patterns: string[] = []
  for (const check of checks) {
    switch (check.check) {
      case 'min_length':
        least = Math.max(least, Number(check['minimum']))
        break
      case 'max_length':
        most = Math.min(most, Number(check['maximum']))
        break
      case 'length_equals':
        least = Math.max(least, Number(check['length']))
        most = Math.min(most, Number(check['length']))
        break
      case 'string_format': {
        const name = String(check['format'])
        most = Math.min(most, FORMAT_LENGTH_MAX[name] ?? Number.POSITIVE_INFINITY)
        const known = FORMAT_NAME[name] === undefined ? name : FORMAT_NAME[name]
        if (known !== null) format = known
        const pattern = patternOf(check, name, refuse)
        if (pattern !== undefined) patterns.push(pattern)
        break
      }
      default:
        refuse(nameOfCheck(check))
    }
  }
  const pattern = conjunction(patterns, refuse)
  return {
    type: 'string',
    ...(least > 0 ? { minLength: least } : {}),
    ...(Number.isFinite(most) ? { maxLength: most } : {}),
    ...(format === undefined ? {} : { format }),
    ...(pattern === undefined ? {} : { pattern }),
  }
}

/** What a check is, in words, for one that JSON Schema cannot say. */
export function nameOfCheck(check: ZodCheck): string {
  if (check.check === 'custom') return 'a refinement'
  if (check.check === 'overwrite') return 'a change of the value (trim, toLowerCase, overwrite)'
  return `the check '${check.check}'`
}

function patternOf(check: ZodCheck, format: string, refuse: Refuse): string | undefined {
  const given = check['pattern']
  if (given instanceof RegExp) return checkedPattern(given, refuse)
  // A format schema that was made by another realm's RegExp still has its source.
  const instead = PATTERN_INSTEAD[format]
  const isPlain = ['protocol', 'hostname', 'normalize', 'alg'].every((option) => !check[option])
  if (instead !== undefined && isPlain) return instead
  refuse(`the format '${format}' with its options`)
  return undefined
}

export function checkedPattern({ source, flags }: RegExp, refuse: Refuse): string | undefined {
  if (flags.replaceAll('u', '') !== '') {
    refuse(`the flag '${flags}' of the pattern /${source.slice(0, 80)}/`)
    return undefined
  }
  try {
    new RegExp(source, 'u')
    return source
  } catch {
    refuse(`the pattern /${source.slice(0, 80)}/, which is no pattern under the flag 'u',`)
    return undefined
  }
}

/** One pattern that matches what all of them match. */
function conjunction(patterns: readonly string[], refuse: Refuse): string | undefined {
  if (patterns.length <= 1) return patterns[0]
  if (patterns.some((pattern) => /\\[1-9]|\\k|\(\?</.test(pattern))) {
    refuse('a group or reference in one of several patterns')
    return undefined
  }
  return `^${patterns.map((pattern) => `(?=[\\s\\S]*?(?:${pattern}))`).join('')}`
}

/**
 * Whether a pattern bounds the length of what it matches: anchored at both ends, and nothing repeated without end.
 * Errs on the side of 'no'.
 */
export function isBoundedPattern(pattern: string): boolean {
  const bare = pattern.replace(/\\[\s\S]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (!bare.startsWith('^') || !bare.endsWith('$')) return false
  if (pattern.endsWith('\\$') || /[*+]|\{\d+,\}/.test(bare) || /\\[1-9k]/.test(pattern)) return false
  let depth = 0
  for (const character of bare) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === '|' && depth === 0) return false
  }
  return true
}
