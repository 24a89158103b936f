/** Options and arguments as the values they stand for. Each says what it expected when it is something else. */
import { cliErrors } from './errors.ts'
import type { Input } from './verb.ts'

type Whole = { readonly input: Input; readonly option: string; readonly min: number; readonly max: number }

/** A whole number, or undefined if the option was not given. @throws OPTION_INVALID */
export function wholeOption({ input, option, min, max }: Whole): number | undefined {
  const given = input.text(option)
  if (given === undefined) return undefined
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (!(value >= min && value <= max)) {
    const expected = `a whole number from ${min} to ${max}`
    throw cliErrors.OPTION_INVALID({ option: `--${option}`, expected, got: `'${given}'` })
  }
  return value
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

/** `500ms`, `10s`, `2m`, in milliseconds. @throws OPTION_INVALID */
export function durationOption({ input, option, max }: Omit<Whole, 'min'>): number | undefined {
  const given = input.text(option)
  if (given === undefined) return undefined
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(given) ?? []
  const value = Number(amount) * (UNITS_MS[unit ?? ''] ?? Number.NaN)
  if (!(value >= 1 && value <= max)) {
    const expected = `a duration such as 500ms, 10s or 2m, at most ${max / 60_000}m`
    throw cliErrors.OPTION_INVALID({ option: `--${option}`, expected, got: `'${given}'` })
  }
  return value
}

/** The number of a dead letter. @throws ARGUMENT_INVALID */
export function letterArgument(given: string): number {
  const id = Number(given)
  if (/^\d+$/.test(given) && Number.isSafeInteger(id)) return id
  throw cliErrors.ARGUMENT_INVALID({ argument: '<id>', expected: 'the number of a dead letter', got: given })
}

/** `name=value`: a value that is a JSON string, number or boolean is that, every other is a text. @throws OPTION_INVALID */
export function conditionOption(given: string): { readonly name: string; readonly value: string | number | boolean } {
  const equals = given.indexOf('=')
  if (equals <= 0) throw cliErrors.OPTION_INVALID({ option: '--where', expected: 'name=value', got: `'${given}'` })
  const text = given.slice(equals + 1)
  return { name: given.slice(0, equals), value: scalar(text) ?? text }
}

function scalar(text: string): string | number | boolean | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  } catch {
    // Not JSON: a plain text.
  }
  return undefined
}
