/**
 * One life of a test system, from a boot to a crash: everything but the store, which outlives it. After `cut` nothing of
 * it happens any more, whatever is still under way: that is what a crash is.
 */
import type { Clock, Random } from '../base/index.ts'
import type { EnginePorts } from '../cell/guest/engine/index.ts'
import { type CodifiedSystem, type System, schemasOf } from '../component/index.ts'
import { outboundFetch, resolveConfig, resolveSecrets } from '../host/index.ts'
import { createRouter, type Router, type RouterAnswer, type RouterLog } from '../router/index.ts'
import { compileValidators, type Validators } from '../schema/index.ts'
import { inProcessStore, type Port, type StoreEngine, type StoreHandle } from '../store/index.ts'
import type { Caller, CellToStore, StoreToCell } from '../turn/index.ts'
import type { Call } from './callable.ts'
import { type Contracted, type InProcessCell, inProcessCell } from './in-process-cell.ts'
import { sumsOf } from './invariants.ts'
import { answerByRoute } from './routes.ts'

export type BootOptions = {
  readonly system: System
  readonly codified: CodifiedSystem
  readonly engine: StoreEngine
  readonly clock: Clock
  readonly random: Random
  readonly within: EnginePorts['within']
  readonly config: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly log: RouterLog
}

type ListedPage = {
  readonly limit: number
  readonly prefix?: string
  readonly after?: string
  readonly where?: Readonly<Record<string, string | number | boolean>>
}

/** Same on every machine: a fingerprint in a test only has to tell two texts apart. */
const digest = (text: string) => text

export class Boot {
  readonly router: Router
  readonly store: StoreHandle<Port<CellToStore, StoreToCell>>
  readonly #options: BootOptions
  readonly #cells = new Map<string, InProcessCell>()
  readonly #contracted: ReadonlyMap<string, { cell: Contracted; validators: Validators }>
  readonly #callers = new Set<(answer: RouterAnswer) => void>()
  #isCut = false
  /** Items posted between the parts and not yet taken. */
  #posted = 0

  constructor(options: BootOptions) {
    this.#options = options
    const { codified, clock, random, engine } = options
    this.store = inProcessStore(engine, { schedule: this.#schedule })
    this.#contracted = contractedOf(options)
    this.router = createRouter({
      clock: this.#clock(clock),
      random,
      digest,
      store: this.store,
      inspect: false,
      contracts: new Map(
        [...this.#contracted].map(([name, { cell, validators }]) => {
          const { contract } = cell.codified
          const handles = cell.kind === 'component' ? cell.codified.handles : { attached: false, detached: false }
          return [name, { kind: cell.kind, contract, validators, handles }]
        }),
      ),
      cells: { send: (component, item) => this.#cells.get(component)?.send(item) },
      fetch: (component, request) =>
        outboundFetch({
          component,
          permitted: codified.components.find(({ contract }) => contract.name === component)?.permissions.fetch ?? [],
          request,
          fetch: async (input, init) => options.fetch(new Request(input, init)),
        }),
      log: options.log,
    })
    this.store.onVerdicts((verdicts) => this.router.verdicts(verdicts))
  }

  async start(): Promise<void> {
    const { codified, clock } = this.#options
    for (const component of this.#contracted.keys()) await this.#startCell(component)
    const schedules = Object.entries(codified.schedules).map(([name, { everyMs, component, key, message, input }]) => ({
      name,
      everyMs,
      to: { component, key },
      message,
      input,
    }))
    await this.store.call('schedules', { nowMs: clock.nowMs(), schedules })
    await this.router.start()
  }

  /** Whether something moves without the clock. */
  get busy(): boolean {
    if (this.#posted > 0) return true
    for (const cell of this.#cells.values()) if (!cell.idle) return true
    return Object.values(this.router.status().components).some(({ inFlight }) => inFlight > 0)
  }

  /** Nothing is on its way between the parts, though a turn may still await something. */
  get silent(): boolean {
    return this.#posted === 0
  }

  call(call: Call): Promise<RouterAnswer> {
    const { read, idempotencyKey = null, ...request } = call
    const answered = read
      ? this.router.read(request).then(({ answer }) => answer)
      : this.router.request({ ...request, idempotencyKey })
    const { promise: crashed, resolve: crash } = Promise.withResolvers<RouterAnswer>()
    this.#callers.add(crash)
    return Promise.race([answered, crashed]).finally(() => this.#callers.delete(crash))
  }

  async crashCell(component: string): Promise<void> {
    this.#cells.delete(component)
    await this.router.cellEnded(component, { suspectTurn: null })
    await this.#startCell(component)
  }

  invariants() {
    return sumsOf(this.#options.system, this.store)
  }

  fetch(request: Request, caller: Caller): Promise<Response> {
    return answerByRoute(this, this.#options.system, { request, caller })
  }

  list(component: string, page: ListedPage): Promise<string[]> {
    const { limit, prefix = null, after = null, where = {} } = page
    const equal = Object.entries(where).map(([name, value]) => ({ name, value }))
    return this.store
      .call('list', { component, page: { limit, prefix, after, where: equal } })
      .then((keys) => [...keys])
  }

  cut(): void {
    this.#isCut = true
    this.#cells.clear()
    const unknown = {
      type: 'failed',
      code: 'OUTCOME_UNKNOWN',
      message: 'the system crashed before it answered',
    } as const
    for (const crash of this.#callers) crash(unknown)
  }

  async #startCell(component: string): Promise<void> {
    const made = this.#contracted.get(component)
    if (made === undefined) return
    const { epoch } = await this.store.call('openEpoch', { component })
    const cell = inProcessCell({
      ...made,
      epoch,
      store: this.store.connectCell(component),
      within: this.#options.within,
      schedule: this.#schedule,
      // A cell that was ended says nothing any more; the router drops what an older epoch says anyway.
      toRouter: (items) => this.router.receive(component, epoch, items),
    })
    this.#cells.set(component, cell)
    this.router.cellReady(component, epoch)
  }

  readonly #schedule = (then: () => void): void => {
    this.#posted += 1
    setImmediate(() => {
      this.#posted -= 1
      if (!this.#isCut) then()
    })
  }

  /** The shared clock, whose timers of this life die with it. */
  #clock(clock: Clock): Clock {
    return {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, then) => clock.after(delayMs, () => (this.#isCut ? undefined : then())),
    }
  }
}

function contractedOf({ system, codified, config, secrets }: BootOptions) {
  const configs = resolveConfig(codified.components, config)
  const resolvedSecrets = resolveSecrets(codified.connectors, secrets)
  const made = new Map<string, { cell: Contracted; validators: Validators }>()
  for (const value of system.components) {
    const found = codified.components.find(({ contract }) => contract.name === value.contract.name)
    if (found === undefined) continue
    const validators = compileValidators(schemasOf(found.contract, { state: found.state, config: found.config }))
    const cell = { kind: 'component', value, codified: found, config: configs.get(found.contract.name) } as const
    made.set(found.contract.name, { cell: cell as unknown as Contracted, validators })
  }
  for (const value of system.connectors) {
    const found = codified.connectors.find(({ contract }) => contract.name === value.contract.name)
    if (found === undefined) continue
    const { name } = found.contract
    const validators = compileValidators(schemasOf(found.contract, { state: null, config: null }))
    const cell = { kind: 'connector', value, codified: found, secrets: resolvedSecrets.get(name) ?? {} } as const
    made.set(name, { cell: cell as unknown as Contracted, validators })
  }
  return made
}
