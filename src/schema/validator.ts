/** Validators as the rest of the house sees them, whether compiled at build time or in a test. */

/** One reason why a value does not satisfy its schema; `path` as in `bids[0].amount`, empty for the value itself. */
export type Issue = { readonly path: string; readonly message: string }

/**
 * Returns null for a valid value, and then has filled in declared defaults in place; else the issues found, 32 at
 * most. A value that is refused is left as it was. Takes values as `JSON.parse` makes them.
 */
export type Validate = (value: unknown) => readonly Issue[] | null

/** Names the schemas of one component. */
export type SchemaName =
  | 'key'
  | 'state'
  | 'config'
  | `message.${string}.input`
  | `message.${string}.output`
  | `message.${string}.rejects.${string}`
  | `event.${string}`

/** The validators of one component, by schema name. A name that is not there takes no value at all. */
export type Validators = Readonly<Partial<Record<SchemaName, Validate>>>
