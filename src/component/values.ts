/**
 * Schemas for values that mean more than their JSON type: money, instants, durations, flags, the right to answer.
 *
 * Each is an ordinary Zod schema with one of our annotations in its metadata. The annotation is what two releases are
 * compared by: a number that was `cents` and is now `duration` has changed its meaning, whatever its type says.
 */
import * as z from 'zod'
import { assertFieldName } from '../schema/index.ts'
import { componentErrors } from './errors.ts'
import { assertMessageName } from './names.ts'

declare const measure: unique symbol
/** A flavoured number: plain numbers and arithmetic fit, another unit does not. */
export type Unit<Name extends string> = number & { readonly [measure]?: Name }
/** Money in hundredths of its currency: a whole number. */
export type Cents = Unit<'cents'>
/** Milliseconds since the epoch: a whole number. */
export type Instant = Unit<'instant'>
/** Milliseconds: a whole number. */
export type Duration = Unit<'duration'>

/** A Zod schema of a number with a unit. `min` and `max` include their bound. */
export interface UnitSchema<Name extends string> extends z.ZodType<Unit<Name>, Unit<Name>> {
  min(least: number): this
  max(most: number): this
}

/** Characters of the token behind a `ReplyTo`. */
const REPLY_TOKEN_LENGTH_MAX = 64
/** Characters of a rejection's code. */
const REJECTION_CODE_LENGTH_MAX = 64

const measured = <Name extends string>(number: z.ZodNumber, name: Name) =>
  // Zod knows numbers, not flavours: the flavour exists for TypeScript alone.
  number.meta({ unit: name }) as unknown as UnitSchema<Name>

/** A finite number measured in `name`. Use `cents()` and the like where they fit: those are whole numbers. */
export function unit<const Name extends string>(name: Name): UnitSchema<Name> {
  if (typeof name !== 'string' || name === '') throw componentErrors.UNIT_INVALID({ got: name })
  return measured(z.number(), name)
}

/** Money in hundredths: a safe integer. */
export function cents(): UnitSchema<'cents'> {
  return measured(z.int(), 'cents')
}

/** A point in time, in milliseconds since the epoch: a safe integer. `turn.now` is one. */
export function instant(): UnitSchema<'instant'> {
  return measured(z.int(), 'instant')
}

/** A span of time in milliseconds: a safe integer. */
export function duration(): UnitSchema<'duration'> {
  return measured(z.int(), 'duration')
}

/**
 * A flag set is an object of booleans: no order, no duplicates, and every flag is a path that a tool can follow. A
 * flag that is left out is false.
 * @throws FLAGS_INVALID for no flags, a flag named twice, or a name that no field can have
 */
export function flags<const Name extends string>(
  ...names: readonly [Name, ...Name[]]
): z.ZodType<Record<Name, boolean>, { [N in Name]?: boolean }> {
  if (names.length === 0) throw componentErrors.FLAGS_INVALID({ because: 'no flag is named' })
  const shape: Record<string, z.ZodType> = {}
  for (const name of names) {
    if (typeof name !== 'string' || name === '') {
      throw componentErrors.FLAGS_INVALID({ because: `a flag is named ${JSON.stringify(name)}` })
    }
    assertFieldName(name)
    if (Object.hasOwn(shape, name)) throw componentErrors.FLAGS_INVALID({ because: `'${name}' is named twice` })
    shape[name] = z.boolean().default(false)
  }
  const schema: z.ZodType = z.strictObject(shape).meta({ flags: true })
  return schema as z.ZodType<Record<Name, boolean>, { [N in Name]?: boolean }>
}

/** Marks what belongs to a person: recordings and exports redact it. */
export function personal<S extends z.ZodType>(schema: S): S {
  return schema.meta({ personal: true })
}

declare const answers: unique symbol
/** The right to answer one message `N`, once: an opaque string, so that it may lie in state, in inputs and in `with`. */
export type ReplyTo<N extends string> = string & { readonly [answers]: N }

/** A field that holds the token of `turn.defer()`, until somebody uses it. `message` is the one that waits. */
export function replyTo<const N extends string>(message: N): z.ZodType<ReplyTo<N>, ReplyTo<N>> {
  assertMessageName(message, 'replyTo')
  const schema: z.ZodType = z.string().max(REPLY_TOKEN_LENGTH_MAX).meta({ replyTo: message })
  return schema as z.ZodType<ReplyTo<N>, ReplyTo<N>>
}

/** Takes every rejection. A narrower schema of one's own is checked against what the receiver may reject. */
export function rejection(): z.ZodType<{ code: string; data: unknown }, { code: string; data: unknown }> {
  return z
    .strictObject({ code: z.string().max(REJECTION_CODE_LENGTH_MAX), data: z.unknown() })
    .meta({ rejection: true })
}
