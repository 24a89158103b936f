/** Gives findings about what a component declares the place where it declares it. */
import type { Finding } from '../base/index.ts'
import type { OwnSources } from './sources.ts'

/** How a sentence about a declaration begins -> what it is about, the nearest part first. */
const BEGINNINGS: readonly (readonly [RegExp, (match: readonly string[]) => readonly string[]])[] = [
  [/^([a-z][a-z0-9-]*) (state|config)(?:, (\w+))?/, ([, , part = '', field]) => [`${part}.${field}`, part, 'contract']],
  [/^([a-z][a-z0-9-]*) event (\w+)/, ([, , event]) => [`events.${event}`, 'events', 'contract']],
  [/^([a-z][a-z0-9-]*)\.(\w+)/, ([, , message]) => [`messages.${message}`, 'messages', 'contract']],
  [/^([a-z][a-z0-9-]*) key/, () => ['key', 'contract']],
  [/^([a-z][a-z0-9-]*)\b/, () => ['state', 'contract']],
]

/**
 * What the codified form is refused for, such as an unbounded array, is found on values, which have no place. But the
 * sentence begins with what it is about, as in `auction state, bids[].amount: ...`.
 */
export function codifiedFindings(findings: readonly Finding[], sources: OwnSources): Finding[] {
  const { declarations } = sources.analysis
  const placeOf = (because: string) => {
    for (const [beginning, partsOf] of BEGINNINGS) {
      const match = beginning.exec(because)
      if (match === null) continue
      const of = declarations.filter(({ component }) => component === match[1])
      for (const part of partsOf(match)) {
        const declared = of.find((declaration) => declaration.part === part)
        if (declared !== undefined) return declared.place
      }
    }
    return undefined
  }
  return findings.map((found) => {
    const place = found.place ?? placeOf(found.because)
    if (place === undefined) return found
    const frame = found.frame ?? sources.frame(place)
    return { ...found, place, ...(frame === undefined ? {} : { frame }) }
  })
}
