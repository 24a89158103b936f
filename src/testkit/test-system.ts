/**
 * A whole system in one process: the real router, the real engine of cells, and the real store on an in-memory
 * database, under a simulated clock and seeded chance. What it does not have is threads, sockets and a disk.
 */
import type { Random } from '../base/index.ts'
import { turnGlobals } from '../cell/index.ts'
import {
  type Calls,
  type CodifiedSystem,
  type Contract,
  codifySystem,
  type KeyOf,
  type System,
} from '../component/index.ts'
import type { RouterLog } from '../router/index.ts'
import { openStore, type StoreEngine } from '../store/index.ts'
import type { DeadLetter } from '../turn/index.ts'
import { Boot } from './boot.ts'
import { callable } from './callable.ts'
import { testkitErrors } from './errors.ts'
import { seededRandom } from './seeded-random.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { type Watched, watch } from './watched.ts'

/** Ticks of the event loop in a row in which nothing moved, after which the system is at rest. */
const QUIET_TICKS = 3
const BUSY_TICKS_MAX = 20_000
/** Ticks in which a turn runs and nothing is posted, after which it is taken to wait for what only the clock can bring. */
const HUNG_TICKS = 2_000

export type TestOptions = {
  /** One section per component that declares config; defaults are filled in. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  /** Answers `turn.fetch`. @default refuses every fetch with FETCH_NOT_STUBBED */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /** Hears what turns log, and what the host says of them. @default nobody does */
  readonly log?: RouterLog
  /** @default 2026-01-01T00:00:00Z */
  readonly startMs?: number
  /** @default 1 */
  readonly seed?: number
}

export class TestSystem {
  readonly clock: SimulatedClock
  readonly #system: System
  readonly #codified: CodifiedSystem
  readonly #options: TestOptions
  #store: StoreEngine
  readonly #random: Random
  readonly #globals = turnGlobals()
  #boot: Boot

  /** @throws SYSTEM_REFUSED with every reason for which the build would refuse the system */
  static async start(system: System, options: TestOptions = {}): Promise<TestSystem> {
    const { codified, findings } = codifySystem(system)
    const refusals = findings.filter(({ severity }) => severity === 'refusal')
    if (refusals.length > 0) throw testkitErrors.SYSTEM_REFUSED({ findings: refusals })
    const started = new TestSystem({ system, codified, options })
    await started.#boot.start()
    return started
  }

  private constructor(made: { system: System; codified: CodifiedSystem; options: TestOptions }) {
    this.#system = made.system
    this.#codified = made.codified
    this.#options = made.options
    this.#random = seededRandom(made.options.seed ?? 1)
    this.clock = new SimulatedClock({
      startMs: made.options.startMs ?? Date.UTC(2026, 0, 1),
      settle: () => this.#rest({ orHung: true }),
    })
    this.#store = openStore({
      path: ':memory:',
      monotonicMs: () => this.clock.monotonicMs(),
      newStoreId: () => this.#random.hex(8),
    })
    this.#globals.install()
    this.#boot = this.#newBoot()
  }

  /** Calls an entity in the system's own name: all messages but those that only the entity itself may send. */
  at<C extends Contract>(to: C, key: KeyOf<C>): Calls<C, 'public' | 'system'> {
    const caller = { identity: 'test', connection: null }
    return callable(() => this.#boot, { to, key, caller, from: 'system' }) as Calls<C, 'public' | 'system'>
  }

  /** Calls as a client would: public messages alone, in the name of `identity`. */
  as(identity: string): { at<C extends Contract>(to: C, key: KeyOf<C>): Calls<C, 'public'> } {
    const caller = { identity, connection: null }
    return {
      at: <C extends Contract>(to: C, key: KeyOf<C>) =>
        callable(() => this.#boot, { to, key, caller, from: 'gateway' }) as Calls<C, 'public'>,
    }
  }

  /** Attaches a connection: collects the events that follow. After a crash, watch again, as a client would. */
  async watch<C extends Contract>(to: C, key: KeyOf<C>, identity = 'watcher'): Promise<Watched> {
    return watch(this.#boot.router, {
      to: { component: to.name, key },
      caller: { identity, connection: `test-${this.#random.hex(4)}` },
    })
  }

  /** The committed state of an entity, parsed from its record; undefined if there is none. */
  async state(to: Contract, key: string): Promise<unknown> {
    const record = await this.#boot.store.call('get', { component: to.name, key })
    return record === null ? undefined : JSON.parse(record.state)
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#boot.store.call('deadLetters', { after: 0, limit: 1_000 })
  }

  /** Sums of the system's invariants over all entities and messages in flight. */
  async invariants(): Promise<readonly { readonly name: string; readonly sum: number; readonly holds: boolean }[]> {
    await this.quiet()
    return this.#boot.invariants()
  }

  /** Sends a request to the system's routes, as the gateway would. @throws NO_ROUTE if none takes its path */
  fetch(request: Request, identity = 'anonymous'): Promise<Response> {
    return this.#boot.fetch(request, { identity, connection: null })
  }

  /**
   * Loses everything but the store, as a SIGKILL does, and boots again. Callers that wait are told OUTCOME_UNKNOWN.
   */
  async crash(): Promise<void> {
    this.#boot.cut()
    this.#store = this.#store.restart()
    this.#boot = this.#newBoot()
    await this.#boot.start()
  }

  /** Ends one cell as a crash would; it is started again at once. */
  async crashCell(component: string): Promise<void> {
    await this.#boot.crashCell(component)
  }

  /**
   * Resolves when nothing moves any more without the clock: no turn runs, no message is on its way, no commit waits.
   * @throws NEVER_QUIET
   */
  quiet(): Promise<void> {
    return this.#rest({ orHung: false })
  }

  /** Ends it and gives the process its own clock and chance back. Twice is once. */
  async close(): Promise<void> {
    this.#boot.cut()
    this.#globals.uninstall()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** `orHung`: a turn that awaits for ever counts as at rest, so that time can pass and its deadline end it. */
  async #rest({ orHung }: { readonly orHung: boolean }): Promise<void> {
    let quiet = 0
    let hung = 0
    for (let ticks = 0; quiet < QUIET_TICKS; ticks++) {
      if (ticks > BUSY_TICKS_MAX) throw testkitErrors.NEVER_QUIET({ ticks })
      await new Promise((next) => setImmediate(next))
      quiet = this.#boot.busy ? 0 : quiet + 1
      hung = this.#boot.silent ? hung + 1 : 0
      if (orHung && hung > HUNG_TICKS) return
    }
  }

  #newBoot(): Boot {
    return new Boot({
      system: this.#system,
      codified: this.#codified,
      engine: this.#store,
      clock: this.clock,
      random: this.#random,
      within: this.#globals.within,
      config: this.#options.config ?? {},
      secrets: this.#options.secrets ?? {},
      fetch: this.#options.fetch ?? refuseFetch,
      log: this.#options.log ?? (() => {}),
    })
  }
}

function refuseFetch(request: Request): Response {
  throw testkitErrors.FETCH_NOT_STUBBED({ url: request.url })
}
