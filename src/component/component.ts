/**
 * `component(Contract, what it is).implement(what it does)`: two calls. In one call TypeScript widens every literal
 * that `initial` or a handler returns ('open' becomes string), because a return type that mentions a type parameter
 * of the same call gives no context. Two calls also name the state before the handlers use it.
 */
import type * as z from 'zod'
import { didYouMean } from '../base/index.ts'
import type { ComponentBehaviour } from './behaviour.ts'
import type { Contract, Creates, Indexed, KeyOf, MessageName, Messages, Received, Returned } from './contract.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import type { Frozen, Maybe } from './leftovers.ts'
import { type Chain, isMigration, type Migration } from './migration.ts'
import { assertMemberName } from './names.ts'
import { assertPermissions, type Permissions } from './permissions.ts'
import type { Birth, MessageTurn, ReadTurn, Turn } from './turn.ts'
import type { ReplyTo } from './values.ts'
import type { Version, VersionOf } from './version.ts'

type Handler<C extends Contract, N extends MessageName<C>, State, Config, Cache> = Messages<C>[N] extends { read: true }
  ? (state: Frozen<State>, input: Received<Messages<C>[N]>, turn: ReadTurn<C, N, Config>) => Returned<Messages<C>[N]>
  : (
      state: State,
      input: Received<Messages<C>[N]>,
      turn: MessageTurn<C, N, Config, Cache>,
    ) => Maybe<Returned<Messages<C>[N]> | ReplyTo<N>>

type Handlers<M, C extends Contract, State, Config, Cache> = {
  [N in keyof M]: Handler<C, N & MessageName<C>, State, Config, Cache>
}

/** The creating message's input; of several, tagged by the message's name. */
type Created<M, N extends keyof M = Creates<M>, All = N> = N extends unknown
  ? [All] extends [N]
    ? Received<M[N]>
    : { message: N; input: Received<M[N]> }
  : never

export type Behaviour<C extends Contract, S extends z.ZodType, Config, Cache> = {
  /** Makes the state; then the creating message's handler runs on it, in the same turn. */
  initial: (key: KeyOf<C>, input: Created<Messages<C>>, turn: Birth<C, Config>) => z.input<S>
  /** Checked after every turn: one that is false refuses the turn. */
  invariants?: Record<string, (state: Frozen<z.output<S>>) => boolean>
  /** Rebuilt after every start, dropped at every patch. */
  cache?: () => Cache
  handlers: Handlers<Messages<C>, C, z.output<S>, Config, Cache>
  attached?: (state: z.output<S>, connection: string, turn: Turn<C, Config, Cache>) => Maybe<void>
  detached?: (state: z.output<S>, connection: string, turn: Turn<C, Config, Cache>) => Maybe<void>
}

type Indexes<C extends Contract, S extends z.ZodType> = C['definition'] extends { indexes: infer I }
  ? {
      /** Written with the state, in one transaction. */
      indexes: { [N in keyof I]: (state: Frozen<z.output<S>>) => I[N] extends z.ZodType ? z.input<I[N]> : never }
    }
  : {
      /** Written with the state, in one transaction. */
      indexes?: Record<string, (state: Frozen<z.output<S>>) => Indexed>
    }

export type Declared<C extends Contract, S extends z.ZodType, Config> = {
  readonly contract: C
  readonly state: S
  readonly '~config'?: Config
}

/** What the house reads of a component; the author's types are in `Declared`. */
type Made = {
  readonly kind: 'component'
  readonly config: z.ZodType | undefined
  readonly migrations: readonly Migration<Version, Version>[]
  readonly indexes: Readonly<Record<string, (state: unknown) => unknown>>
  readonly permissions: { readonly fetch: readonly string[]; readonly node: readonly string[] }
  readonly hardened: boolean
  readonly behaviour: ComponentBehaviour
}

export type Component<C extends Contract = Contract, S extends z.ZodType = z.ZodType, Config = unknown> = Declared<
  C,
  S,
  Config
> &
  Made

const DECLARED_FIELDS: readonly string[] = ['state', 'config', 'migrations', 'indexes', 'permissions', 'hardened']
const BEHAVIOUR_FIELDS: readonly string[] = ['initial', 'invariants', 'cache', 'handlers', 'attached', 'detached']

/**
 * Declares a component: its state, config, migrations, indexes and permissions. `hardened: false` runs it without
 * frozen intrinsics, for a dependency that cannot live under them; it is shown as debt.
 * @throws COMPONENT_INVALID, MEMBER_NAME_INVALID, PERMISSION_INVALID
 */
export function component<
  C extends Contract,
  S extends z.ZodType<object>,
  Config extends z.ZodType = z.ZodUndefined,
  const Steps extends readonly Migration<Version, Version>[] = [],
>(
  contract: C,
  declared: {
    state: S
    config?: Config
    /** Oldest first; only ever added to. */
    migrations?: Steps & Chain<Steps, VersionOf<C, S>>
    permissions?: Permissions
    hardened?: false
  } & Indexes<C, S>,
): Declared<C, S, z.output<Config>> & {
  /** @throws COMPONENT_INVALID */
  implement<Cache = undefined>(behaviour: Behaviour<C, S, z.output<Config>, Cache>): Component<C, S, z.output<Config>>
} {
  const where = contract.name
  assertFields(declared, { known: DECLARED_FIELDS, where })
  if (typeof declared.state !== 'object' || declared.state === null || !('_zod' in declared.state)) {
    throw componentErrors.COMPONENT_INVALID({ where, because: "'state' is not a schema" })
  }
  const migrations: readonly unknown[] = declared.migrations ?? []
  const stranger = migrations.findIndex((step) => !isMigration(step))
  if (stranger >= 0) {
    throw componentErrors.COMPONENT_INVALID({ where, because: `migrations[${stranger}] is not made by migration()` })
  }
  const indexes: Readonly<Record<string, unknown>> = declared.indexes ?? {}
  for (const name of Object.keys(indexes)) assertMemberName(name, `${where}.indexes`)
  assertPermissions(declared.permissions ?? {}, where)
  const made = {
    contract,
    state: declared.state,
    config: declared.config,
    migrations: freezePlain(declared.migrations ?? []),
    indexes: freezePlain(indexes),
    permissions: freezePlain({ fetch: declared.permissions?.fetch ?? [], node: declared.permissions?.node ?? [] }),
    hardened: declared.hardened !== false,
  }
  return Object.freeze({
    contract,
    state: declared.state,
    implement(behaviour: { handlers: object }) {
      assertFields(behaviour, { known: BEHAVIOUR_FIELDS, where })
      if (typeof behaviour.handlers !== 'object' || behaviour.handlers === null) {
        throw componentErrors.COMPONENT_INVALID({ where, because: "it has no 'handlers'" })
      }
      // From here on the author's types are gone: whoever calls a handler has validated what it passes.
      return Object.freeze({ kind: 'component', ...made, behaviour: freezePlain(behaviour) }) as unknown as Component<
        C,
        S,
        z.output<Config>
      >
    },
  })
}

function assertFields(value: object, { known, where }: { known: readonly string[]; where: string }): void {
  if (typeof value !== 'object' || value === null) {
    throw componentErrors.COMPONENT_INVALID({ where, because: 'it is not an object' })
  }
  const unknown = Object.keys(value).find((field) => !known.includes(field))
  if (unknown === undefined) return
  throw componentErrors.COMPONENT_INVALID({ where, because: `it has no '${unknown}'.${didYouMean(unknown, known)}` })
}

/** For helpers beside the handlers; taken from the first call, so it is never circular. */
export type StateOf<D extends { state: z.ZodType }> = z.output<D['state']>
export type TurnOf<D> = D extends Declared<infer C, z.ZodType, infer Config> ? Turn<C, Config> : never
