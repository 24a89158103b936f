/** An entity as it lies in the store. */
export type EntityRecord = {
  readonly key: string
  /** JSON text of the state. */
  readonly state: string
  /** Number of commits that changed the record; 1 when created. */
  readonly revision: number
  /** Number of the last event that the entity published; 0 if none. */
  readonly sequence: number
  /** Digest of the migration chain that `state` is written in. */
  readonly version: string
}

/** A page of keys: in key order (code-unit order), those after `after` with `prefix`, whose indexes equal `where`. */
export type Page = {
  readonly limit: number
  readonly prefix: string | null
  readonly after: string | null
  readonly where: readonly { readonly name: string; readonly value: string | number | boolean }[]
}
