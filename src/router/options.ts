/** What the router is given, and what it says. It asks for every power, and knows no worker, no socket and no disk. */
import type { Clock, Random } from '../base/index.ts'
import type { CodifiedContract } from '../component/index.ts'
import type { Issue, Validators } from '../schema/index.ts'
import type { Answer, FetchedResponse, FetchRequest, Store, ToCell } from '../turn/index.ts'
import type { RouterLimits } from './limits.ts'

/** A component or connector, as far as its messages go. */
export type Addressee = {
  readonly kind: 'component' | 'connector'
  readonly contract: CodifiedContract
  readonly validators: Validators
  readonly handles: { readonly attached: boolean; readonly detached: boolean }
}

export type RouterLog = (line: {
  readonly level: 'info' | 'warn' | 'error'
  readonly from: string
  readonly message: string
  readonly entity?: string
  readonly turn?: number
  readonly data?: unknown
}) => void

export type RouterOptions = {
  readonly clock: Clock
  readonly random: Random
  /** Digest of a text, for the fingerprint of a call under an idempotency key. */
  readonly digest: (text: string) => string
  readonly store: Store
  readonly contracts: ReadonlyMap<string, Addressee>
  /** Delivers to the cell that serves now. */
  readonly cells: { send(component: string, item: ToCell): void }
  /** Carries out a turn's fetch, within the component's permissions. */
  readonly fetch: (component: string, request: FetchRequest) => Promise<FetchedResponse>
  readonly log: RouterLog
  readonly limits?: Partial<RouterLimits>
  /** Somebody debugs: no turn is given up for its time. */
  readonly inspect: boolean
}

/** Who sends: decides which messages may be sent. */
export type From = 'gateway' | 'route' | 'system'

/** A failure with what its reader may need beyond code and message. */
export type RouterAnswer =
  | Exclude<Answer, { type: 'failed' }>
  | (Extract<Answer, { type: 'failed' }> & {
      readonly remedy?: string
      readonly issues?: readonly Issue[]
      readonly id?: string
    })
