/** The walk through a Zod schema: where it is, and what a converter of one kind of schema is handed. */
import type { SelfsameError } from '../base/index.ts'
import type { JsonSchema } from './json-schema.ts'
import type { ZodDefinition, ZodView } from './zod-view.ts'

/** A place below the root. `field`: a field of an object, which alone may be optional or have a default. */
export type Spot = { readonly path: string; readonly field: boolean; readonly above: readonly ZodDefinition[] }

/** What converters of one kind of schema are handed. */
export type Walk = {
  /** Whether everything has to have a bound. */
  readonly bounded: boolean
  convert(schema: ZodView, spot: Spot): JsonSchema
  /** The place in words, for an error's facts. */
  where(spot: Spot): string
  refuse(error: SelfsameError): void
  /** Stands where nothing could be said. A refused schema is never enforced. */
  readonly nothing: JsonSchema
}
