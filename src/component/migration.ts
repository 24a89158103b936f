/**
 * `migration<V1, V2>({ because, state: { up, down }, ... })`: how the state, messages and events of one version become
 * those of the next, and back. What differs between the two types is asked for; what does not is refused.
 */
import { didYouMean } from '../base/index.ts'
import type { Disposition, MigrationBehaviour } from './behaviour.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import type { At, Clean, Plain } from './leftovers.ts'
import type { Version } from './version.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Changed<From, To> = {
  [K in keyof From & keyof To]: Same<From[K], To[K]> extends true ? never : K
}[keyof From & keyof To]
type Way<From, To> = { up: (old: From) => Clean<To, From> } & (
  | { down: (now: To) => Clean<From, To> }
  | { irreversible: string }
)
/** Asked for where the versions differ, refused where they do not. */
type Asked<Differ, K extends string, Value> = [Differ] extends [never] ? { [P in K]?: never } : { [P in K]: Value }
type Part<From, To, K extends string> = Asked<K & Changed<From, To>, K, Way<At<From, K>, At<To, K>>>
type Parts<From, To, K extends string> = Asked<Changed<From, To>, K, { [C in Changed<From, To>]: Way<From[C], To[C]> }>
type MessageParts<From, To> = Part<From, To, 'input'> &
  Part<From, To, 'output'> &
  Parts<At<From, 'rejects'>, At<To, 'rejects'>, 'rejects'>

/** 'phase', 'marks.featured', 'bids[].amount': elements of arrays and of records are `[]`. Four levels deep. */
type Path<T, Depth extends 0[] = []> = T extends Plain
  ? never
  : Depth['length'] extends 4
    ? never
    : { [K in keyof T & string]: K | `${K}${Tail<T[K], [...Depth, 0]>}` }[keyof T & string]
type Tail<T, Depth extends 0[]> = T extends Plain
  ? never
  : T extends readonly (infer E)[]
    ? `[].${Path<E, Depth>}`
    : string extends keyof T
      ? `[].${Path<T[keyof T], Depth>}`
      : `.${Path<T, Depth>}`

type New<V extends Version, W extends Version> = Exclude<keyof W['messages'], keyof V['messages']>

export type MigrationSteps<V extends Version, W extends Version, M = Changed<V['messages'], W['messages']>> = {
  because: string
  /** What `down(up(old))` may lose. */
  loses?: { [P in Path<V['state']>]?: ReturnType<typeof within> }
  /** A sentence per field whose meaning changed though its type did not; kept in the signed record. */
  meaning?: { [P in Path<W['state']>]?: string }
  /** Divergences wanted: say why, or return false. */
  intended?: {
    [N in keyof W['messages']]?: (turn: {
      state: V['state']
      input: At<At<V['messages'], N>, 'input'>
    }) => string | false
  }
  /** Where a migrated entity differs from one born under the new version. */
  unlearned?: { [P in Path<W['state']>]?: string }
} & Part<V, W, 'state'> &
  Parts<V['events'], W['events'], 'events'> &
  Asked<M, 'messages', { [N in M & PropertyKey]: MessageParts<At<V['messages'], N>, At<W['messages'], N>> }> &
  Asked<New<W, V>, 'dropped', { [N in New<W, V>]: Disposition }> &
  (
    | Asked<New<V, W>, 'onReturn', { [N in New<V, W>]: Disposition }>
    | { onReturn?: never; state: { irreversible: string } }
  )

/** `steps` is what the author wrote, without its types. */
export type Migration<V extends Version, W extends Version> = {
  readonly '~from'?: V
  readonly '~to'?: W
  readonly kind: 'migration'
  readonly because: string
  readonly steps: MigrationBehaviour
}

/** Each migration starts where the one before ended, and the last ends at what the component declares now. */
export type Chain<Steps extends readonly unknown[], Now> = Steps extends readonly [
  ...infer Before,
  Migration<infer V, infer W>,
]
  ? [W, Now] extends [Now, W]
    ? Before extends readonly []
      ? Steps
      : readonly [...Chain<Before, V>, Migration<V, W>]
    : readonly [...Before, { 'this migration does not end at the version that follows it': never }]
  : Steps

const FIELDS: readonly string[] = [
  'because',
  'state',
  'messages',
  'events',
  'loses',
  'meaning',
  'intended',
  'unlearned',
  'onReturn',
  'dropped',
]

/**
 * Declares one step of a component's chain.
 * @throws MIGRATION_INVALID
 */
export function migration<V extends Version, W extends Version>(steps: MigrationSteps<V, W>): Migration<V, W> {
  const written = steps as unknown as MigrationBehaviour
  if (typeof written.because !== 'string' || written.because.trim() === '') {
    throw componentErrors.MIGRATION_INVALID({ because: "it has no 'because'" })
  }
  const unknown = Object.keys(written).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) {
    throw componentErrors.MIGRATION_INVALID({ because: `it has no '${unknown}'.${didYouMean(unknown, FIELDS)}` })
  }
  assertWays(written)
  return Object.freeze({ kind: 'migration', because: written.because, steps: freezePlain(written) })
}

/** What `down(up(old))` may differ by, in the field's own unit. */
export function within(most: number): { readonly within: number } {
  if (typeof most !== 'number' || !(most >= 0) || most === Number.POSITIVE_INFINITY) {
    throw componentErrors.MIGRATION_INVALID({
      because: `within(${String(most)}) is no bound: expected a number from 0 up`,
    })
  }
  return Object.freeze({ within: most })
}

export function isMigration(value: unknown): value is Migration<Version, Version> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'migration'
}

/** Every way has its `up`, and either its `down` or a reason why there is none. */
function assertWays({ state, messages = {}, events = {} }: MigrationBehaviour): void {
  const ways: (readonly [string, unknown])[] = [['state', state]]
  for (const [name, { input, output, rejects = {} }] of Object.entries(messages)) {
    ways.push([`messages.${name}.input`, input], [`messages.${name}.output`, output])
    for (const [code, way] of Object.entries(rejects)) ways.push([`messages.${name}.rejects.${code}`, way])
  }
  for (const [name, way] of Object.entries(events)) ways.push([`events.${name}`, way])
  for (const [where, way] of ways) {
    if (way === undefined) continue
    const { up, down, irreversible } = way as Readonly<Record<string, unknown>>
    if (typeof up !== 'function') throw componentErrors.MIGRATION_INVALID({ because: `${where} has no 'up'` })
    if (typeof down !== 'function' && (typeof irreversible !== 'string' || irreversible === '')) {
      throw componentErrors.MIGRATION_INVALID({ because: `${where} has neither 'down' nor 'irreversible'` })
    }
  }
}
