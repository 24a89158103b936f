/**
 * Ranges of keys. The store orders keys by their UTF-8 bytes, which is the order of code points. That is JavaScript's
 * own order (code units) but for one case: a character beyond U+FFFF stands after U+E000-U+FFFF here, before it there.
 */

/** The first text after all texts that begin with `prefix`, or null if there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // Surrogates are no characters, so they have no place in UTF-8.
    const next = last + 1 === 0xd800 ? 0xe000 : last + 1
    return String.fromCodePoint(...points, next)
  }
  return null
}

/** Whether `a` stands after `b` in the order of code points. */
export function isAfter(a: string, b: string): boolean {
  const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()]
  for (;;) {
    const [l, r] = [left.next(), right.next()]
    if (l.done) return false
    if (r.done) return true
    const difference = (l.value.codePointAt(0) ?? 0) - (r.value.codePointAt(0) ?? 0)
    if (difference !== 0) return difference > 0
  }
}
