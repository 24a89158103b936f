/**
 * What we read of a Zod 4 schema: the definition that every schema carries under `_zod`. Reading it as data, rather
 * than importing Zod, lets the build examine schemas that were made by the author's own copy of Zod.
 */

export type ZodDefinition = { readonly type: string; readonly [field: string]: unknown }

export type ZodView = {
  readonly _zod: {
    readonly def: ZodDefinition
    /** 'optional' or 'defaulted' if an object may leave the field out. */
    readonly optin?: string | undefined
    readonly traits: ReadonlySet<string>
    readonly pattern?: RegExp
  }
  readonly meta?: () => Readonly<Record<string, unknown>> | undefined
}

export type ZodCheck = { readonly check: string; readonly [field: string]: unknown }

export function isZod(value: unknown): value is ZodView {
  if (typeof value !== 'object' || value === null || !('_zod' in value)) return false
  const inner = value._zod
  return typeof inner === 'object' && inner !== null && 'def' in inner && 'traits' in inner
}

/** A schema below this one. A Zod of another version may call it differently: then there is none. */
export function childOf(schema: ZodView, field: string): ZodView | undefined {
  const child = schema._zod.def[field]
  return isZod(child) ? child : undefined
}

export function childrenOf(schema: ZodView, field: string): readonly ZodView[] {
  const children = schema._zod.def[field]
  return Array.isArray(children) ? children.filter(isZod) : []
}

/** All checks of a schema; a format such as `z.email()` or `z.int()` is its own first check. */
export function checksOf(schema: ZodView): readonly ZodCheck[] {
  const listed = schema._zod.def['checks']
  const checks: unknown[] = schema._zod.traits.has('$ZodCheck') ? [schema] : []
  if (Array.isArray(listed)) checks.push(...listed)
  return checks.map((check) => {
    const def: unknown = isZod(check) ? check._zod.def : Object(check)._zod?.def
    return typeof def === 'object' && def !== null && 'check' in def ? (def as ZodCheck) : { check: 'custom' }
  })
}
