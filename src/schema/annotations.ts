/** Our annotations, and those for readers, as they lie in the metadata of a Zod schema (`.meta()`). */
import { nearest } from '../base/index.ts'
import type { JsonSchema } from './json-schema.ts'
import type { ZodView } from './zod-view.ts'

type Annotations = Pick<
  JsonSchema,
  'unit' | 'flags' | 'personal' | 'replyTo' | 'rejection' | 'meaning' | 'title' | 'description'
>

const TEXTS = ['unit', 'replyTo', 'meaning', 'title', 'description'] as const
const MARKS = ['flags', 'personal', 'rejection'] as const
/** Bounds of a record, which Zod has no method for. */
const BOUNDS = ['minProperties', 'maxProperties'] as const
/** Others put their own things into metadata; only what looks like a slip of the pen is worth a word. */
const FOREIGN: readonly string[] = ['id', 'examples', 'example', 'deprecated', 'default']

export function annotationsOf(schema: ZodView): Annotations {
  const meta = schema.meta?.() ?? {}
  const annotations: Record<string, unknown> = {}
  for (const name of TEXTS) if (typeof meta[name] === 'string') annotations[name] = meta[name]
  for (const name of MARKS) if (meta[name] === true) annotations[name] = true
  return annotations
}

export function recordBoundsOf(schema: ZodView): Pick<JsonSchema, 'minProperties' | 'maxProperties'> {
  const meta = schema.meta?.() ?? {}
  const bounds: Record<string, number> = {}
  for (const name of BOUNDS) {
    const bound = meta[name]
    if (typeof bound === 'number' && Number.isInteger(bound) && bound >= 0) bounds[name] = bound
  }
  return bounds
}

/** A name in the metadata that is nearly one of ours. */
export function misspelt(schema: ZodView): { name: string; meant: string } | undefined {
  const known: readonly string[] = [...TEXTS, ...MARKS, ...BOUNDS]
  for (const name of Object.keys(schema.meta?.() ?? {})) {
    if (known.includes(name) || FOREIGN.includes(name)) continue
    const meant = nearest(name, known)
    if (meant !== undefined) return { name, meant }
  }
  return undefined
}
