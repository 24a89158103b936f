/** "Did you mean ...?" for names: the nearest known name by edit distance, if it is near enough to be a typo. */

const NAMES_LISTED_MAX = 12

/** Edits from one to the other, where swapping two neighbours is one (optimal string alignment; Damerau, 1964). */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      let least = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (beforePrevious[j - 2] ?? 0) + 1)
      }
      current[j] = least
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}

/** The known name that was most likely meant, or undefined. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name.slice(0, 64).toLowerCase(), candidate.toLowerCase())
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && (!best || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

/** `" Did you mean 'bid'?"`, or the known names if none is near, or nothing if there are none. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  if (meant !== undefined) return ` Did you mean '${meant}'?`
  if (known.length === 0) return ''
  const more = known.length - NAMES_LISTED_MAX
  return ` Known: ${known.slice(0, NAMES_LISTED_MAX).join(', ')}${more > 0 ? `, and ${more} more` : ''}.`
}
