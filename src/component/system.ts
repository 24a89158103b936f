/** The system file: which components, connectors and gateways make one deployable application. */
import type * as z from 'zod'
import { didYouMean } from '../base/index.ts'
import type { Component, StateOf } from './component.ts'
import type { Connector } from './connector.ts'
import type { MessageName, Messages, Received } from './contract.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import type { Http } from './http.ts'
import type { Frozen } from './leftovers.ts'
import { assertComponentName } from './names.ts'
import type { Schedule } from './schedule.ts'

type Named<P extends Component, N extends string> = Extract<P, { contract: { name: N } }>

/** A sum over all entities and all messages in flight: mergeable by construction, so that it can be taken in pieces. */
type Sum<P extends Component, Name extends string = P['contract']['name']> = {
  entities?: { [N in Name]?: (state: Frozen<StateOf<Named<P, N>>>) => number }
  messages?: {
    [N in Name]?: {
      [M in MessageName<Named<P, N>['contract']>]?: (input: Received<Messages<Named<P, N>['contract']>[M]>) => number
    }
  }
  holds: (sum: number) => boolean
}

/** A system's invariant, as the house calls it. */
export type SystemInvariant = {
  readonly entities?: Readonly<Record<string, (state: unknown) => number>>
  readonly messages?: Readonly<Record<string, Readonly<Record<string, (input: unknown) => number>>>>
  readonly holds: (sum: number) => boolean
}

export type System<P extends readonly Component[] = readonly Component[]> = {
  readonly kind: 'system'
  readonly name: string
  readonly components: P
  readonly connectors: readonly Connector[]
  readonly gateways: readonly Http[]
  readonly schedules: Readonly<Record<string, Schedule>>
  readonly invariants: Readonly<Record<string, SystemInvariant>>
}

const FIELDS: readonly string[] = ['name', 'components', 'connectors', 'gateways', 'schedules', 'invariants']
/** Names of schedules stand in the store and in log lines. */
const SCHEDULE_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/

/**
 * Declares a system. What can be said only of all parts together (a schedule for a message that nobody has) is
 * found by the build.
 * @throws COMPONENT_NAME_INVALID, SYSTEM_INVALID
 */
export function system<const P extends readonly Component[]>(definition: {
  name: string
  components: P
  connectors?: readonly Connector[]
  gateways?: readonly Http[]
  schedules?: Record<string, Schedule>
  invariants?: Record<string, Sum<P[number]>>
}): System<P> {
  assertComponentName(definition.name)
  const unknown = Object.keys(definition).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) refuse(`it has no '${unknown}'.${didYouMean(unknown, FIELDS)}`)
  const { name, components, connectors = [], gateways = [], schedules = {}, invariants = {} } = definition
  if (!Array.isArray(components)) refuse("'components' is not a list")
  assertKinds(components, 'component', 'components')
  assertKinds(connectors, 'connector', 'connectors')
  assertKinds(gateways, 'http', 'gateways')
  assertKinds(Object.values(schedules), 'schedule', 'schedules')
  for (const schedule of Object.keys(schedules)) {
    if (!SCHEDULE_NAME.test(schedule)) refuse(`'${schedule}' is no name of a schedule, such as 'nightly'`)
  }
  assertDistinct([...components, ...connectors].map((part) => part.contract.name))
  return freezePlain({
    kind: 'system' as const,
    name,
    components,
    connectors,
    gateways,
    schedules,
    invariants: invariants as unknown as Readonly<Record<string, SystemInvariant>>,
  })
}

const MAKERS: Readonly<Record<string, string>> = {
  component: 'component().implement()',
  connector: 'connector().implement()',
  http: 'http()',
  schedule: 'every().send()',
}

function assertKinds(parts: readonly { readonly kind: string }[], kind: string, where: string): void {
  const stranger = parts.findIndex((part) => part?.kind !== kind)
  if (stranger >= 0) refuse(`${where}[${stranger}] is not made by ${MAKERS[kind]}`)
}

function assertDistinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) refuse(`two of its parts have the contract '${twice}'`)
}

function refuse(because: string): never {
  throw componentErrors.SYSTEM_INVALID({ because })
}

/** Values for `selfsame run --config`: one section per component that declares config. */
export type ConfigOf<S extends { components: readonly Component[] }> = {
  [P in S['components'][number] as P extends Component<infer C, z.ZodType, infer Config>
    ? undefined extends Config
      ? never
      : C['name']
    : never]: NonNullable<P['~config']>
}
