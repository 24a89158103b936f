/**
 * The codified form of a system: what the build writes into a release, what is enforced at run time, and what two
 * releases are compared by. Plain data: no Zod, no functions.
 */
import type { JsonSchema } from '../schema/index.ts'

export type CodifiedMessage = {
  readonly access: 'public' | 'system' | 'self'
  readonly read: boolean
  readonly creates: boolean
  /** null: the message takes no input, or gives no output. */
  readonly input: JsonSchema | null
  readonly output: JsonSchema | null
  readonly rejects: Readonly<Record<string, JsonSchema>>
}

export type CodifiedContract = {
  readonly name: string
  readonly key: JsonSchema
  readonly messages: Readonly<Record<string, CodifiedMessage>>
  readonly events: Readonly<Record<string, JsonSchema>>
  /** Names of the indexes that `where` may name. */
  readonly indexes: readonly string[]
}

/**
 * The chain of migrations. `steps` digests each migration, oldest first. `versions[n]` is the version after the first
 * `n` of them, so `versions[0]` is that of records older than any migration; `version` is the last of them, in which
 * records are written now. A record is brought up from `versions.indexOf(record.version)`.
 */
export type CodifiedChain = {
  readonly steps: readonly string[]
  readonly versions: readonly string[]
  readonly version: string
}

/** What a cell runs. `component` has entities; `connector` none; a `route` and the `edge` have no contract either. */
export type CodifiedComponent = {
  readonly kind: 'component'
  readonly contract: CodifiedContract
  readonly state: JsonSchema
  readonly config: JsonSchema | null
  readonly chain: CodifiedChain
  readonly invariants: readonly string[]
  readonly handles: { readonly attached: boolean; readonly detached: boolean; readonly cache: boolean }
  readonly permissions: { readonly fetch: readonly string[]; readonly node: readonly string[] }
  readonly hardened: boolean
}

export type CodifiedConnector = {
  readonly kind: 'connector'
  readonly contract: CodifiedContract
  readonly secrets: readonly string[]
}

export type CodifiedRoute = { readonly kind: 'route'; readonly name: string }

export type CodifiedGateway = {
  readonly type: 'http'
  readonly port: number
  /** The address to listen on; left out, the host decides. */
  readonly host?: string
  readonly expose: readonly string[]
  /** The gateway asks the edge cell who a caller is; without it everyone is 'anonymous'. */
  readonly authenticates: boolean
  /** Path prefix -> name of the route's cell. The longest prefix wins. */
  readonly routes: Readonly<Record<string, string>>
}

export type CodifiedSchedule = {
  readonly everyMs: number
  readonly component: string
  readonly key: string
  readonly message: string
  readonly input: string | null
}

export type CodifiedSystem = {
  readonly name: string
  readonly components: readonly CodifiedComponent[]
  readonly connectors: readonly CodifiedConnector[]
  readonly routes: readonly CodifiedRoute[]
  readonly gateways: readonly CodifiedGateway[]
  readonly schedules: Readonly<Record<string, CodifiedSchedule>>
  readonly invariants: readonly string[]
}
