/** What the router is given, and what it offers. */
import type { Clock, Random } from '../base/index.ts'
import type {
  Address,
  Caller,
  FetchedResponse,
  FetchRequest,
  FromCell,
  Payload,
  Store,
  ToCell,
  Verdict,
} from '../turn/index.ts'
import type { Contracts, From } from './admission.ts'
import type { Attach, Attached } from './attachments.ts'
import type { RouterAnswer } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import type { RouterLog } from './log.ts'
import type { Read, ReadAnswer } from './reads.ts'

export type RouterOptions = {
  readonly clock: Clock
  readonly random: Random
  /** A digest of a text, for fingerprints of requests. */
  readonly digest: (text: string) => string
  readonly store: Store
  /** @default ROUTER_LIMITS */
  readonly limits?: Partial<RouterLimits> | undefined
  /** Deadlines are suspended: somebody debugs. @default false */
  readonly inspect?: boolean | undefined
  /** Components and connectors by name. */
  readonly contracts: Contracts
  /** Delivers to the serving cell of the component; in order, batched as it likes. */
  readonly cells: { send(component: string, item: ToCell): void }
  /** Fetches on behalf of a turn, if its component may. */
  readonly fetch: (component: string, request: FetchRequest) => Promise<FetchedResponse>
  readonly log: RouterLog
}

export type RouterRequest = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly caller: Caller
  /** The caller's own: a retry under the same key is told what the first was told. Kept for 24 hours. */
  readonly idempotencyKey: string | null
  readonly from: From
  /** @default 30 s. A request that is deferred waits as long as its turn said. */
  readonly deadlineMs?: number | undefined
}

export type RouterStatus = {
  readonly components: Readonly<Record<string, { readonly waiting: number; readonly inFlight: number }>>
  readonly waiting: number
  readonly inFlight: number
  /** Callers that are not answered yet, deferred ones included. */
  readonly openRequests: number
  readonly attachments: number
  readonly outboxRowsHeld: number
  /** There are more rows in the store than are held; requests from outside are refused meanwhile. */
  readonly outboxBehind: boolean
}

export interface Router {
  /** Takes up what lies in the store. Until then every request is refused as OVERLOADED. */
  start(): Promise<void>
  /** Resolves with an answer, whatever happens; never rejects. A read is passed on to `read`. */
  request(request: RouterRequest): Promise<RouterAnswer>
  read(read: Read): Promise<ReadAnswer>
  /** Attached only if the answer is a reply; events after `sequence` follow. See attachments.ts. */
  attach(attach: Attach): Promise<Attached>
  detach(connection: string, to: Address): void
  /** Detaches the connection from everything. */
  disconnect(connection: string): void
  /** A cell serves under this epoch: what waits is delivered. */
  cellReady(component: string, epoch: number): void
  /**
   * The cell is gone, and all its items were received. Ends its epoch in the store; resolves when that is answered and
   * what did not commit waits again. Never rejects.
   */
  cellEnded(component: string, end: { readonly suspectTurn: number | null }): Promise<void>
  /** Nothing is delivered to the component until as many `resume`s have followed. */
  suspend(component: string): void
  resume(component: string): void
  receive(component: string, epoch: number, items: readonly FromCell[]): void
  /** In commit order, each before the result of any call that the store answered after it. */
  verdicts(verdicts: readonly Verdict[]): void
  /** false if there is no such dead letter. */
  retryDeadLetter(id: number): Promise<boolean>
  status(): RouterStatus
  /**
   * Refuses what is new and lets what is in flight come to its end. Whoever is not answered when the time is up is told
   * OVERLOADED (nothing was done) or OUTCOME_UNKNOWN.
   */
  stop(): Promise<void>
  /** For tests: throws if the state contradicts its invariants. */
  assertConsistent(): void
}
