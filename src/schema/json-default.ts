/** Which values can stand in a schema: those that are the same after a way through JSON text. */
import type { Json } from '../base/index.ts'

/** A default as JSON, or undefined if it is none. */
export function jsonDefault(value: unknown): Json | undefined {
  try {
    const text = JSON.stringify(value)
    const parsed: Json | undefined = text === undefined ? undefined : JSON.parse(text)
    // `-0`, dates and what has a `toJSON` come back as something else.
    return parsed !== undefined && isSame(parsed, value) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isSame(parsed: Json, value: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null) return Object.is(parsed, value)
  if (typeof value !== 'object' || value === null || Array.isArray(parsed) !== Array.isArray(value)) return false
  const members = Object.entries(parsed)
  const originals: Readonly<Record<string, unknown>> = { ...value }
  return (
    members.length === Object.keys(originals).length &&
    members.every(([name, member]) => Object.hasOwn(originals, name) && isSame(member, originals[name]))
  )
}
