/**
 * Freezes what an author wrote as plain data, all the way down. Instances (Zod schemas, a Hono app) and functions are
 * left alone: they are somebody else's, and may keep caches of their own.
 */
export function freezePlain<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value
  Object.freeze(value)
  for (const member of Object.values(value)) freezePlain(member)
  return value
}
