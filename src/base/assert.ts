/** What we can prove, we assert. A failed assertion is our bug, never the author's or the user's. */
export function assert(condition: unknown, fact: string): asserts condition {
  if (!condition) throw new Error(`Selfsame bug: expected that ${fact}`)
}
