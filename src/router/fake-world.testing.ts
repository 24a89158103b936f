/**
 * For tests: everything around a router, in one thread and without time. What passes between router, cells and store
 * lies in pipes; `choose` decides which pipe goes on and by how much, so that a seed can try every order that threads
 * could bring about. The store is whatever engine the test hands in.
 */
import type { Clock } from '../base/index.ts'
import type { StoreEngine } from '../store/index.ts'
import type {
  CellToStore,
  FromCell,
  Store,
  StoreCall,
  StoreCalls,
  StoreToCell,
  StoreToRouter,
  ToCell,
  Verdict,
} from '../turn/index.ts'
import { createRouter, type Router, type RouterOptions } from './index.ts'

export const START_MS = Date.UTC(2030, 0, 1)

type Armed = { readonly atMs: number; readonly order: number; readonly then: () => void }

export class FakeClock implements Clock {
  #monotonicMs = 0
  #wallMs = START_MS
  #armed: Armed[] = []
  #order = 0

  nowMs(): number {
    return this.#wallMs
  }
  monotonicMs(): number {
    return this.#monotonicMs
  }
  after(delayMs: number, then: () => void) {
    const armed = { atMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, then }
    this.#armed.push(armed)
    return {
      cancel: () => {
        this.#armed = this.#armed.filter((other) => other !== armed)
      },
    }
  }
  jump(ms: number): void {
    this.#wallMs += ms
  }
  /** Milliseconds to the next timer, or null. */
  nextMs(): number | null {
    return this.#armed.length === 0 ? null : Math.min(...this.#armed.map(({ atMs }) => atMs)) - this.#monotonicMs
  }
  /** Moves on, at most to the next timer, and fires it. Returns the milliseconds that passed. */
  moveOn(mostMs: number): number {
    const byMs = Math.max(0, Math.min(mostMs, this.nextMs() ?? mostMs))
    this.#monotonicMs += byMs
    this.#wallMs += byMs
    const due = this.#armed.filter(({ atMs }) => atMs <= this.#monotonicMs).sort((a, b) => a.order - b.order)
    for (const armed of due) {
      if (!this.#armed.includes(armed)) continue
      this.#armed = this.#armed.filter((other) => other !== armed)
      armed.then()
    }
    return byMs
  }
}

/** What posts to others and is not yet heard: in order. */
class Pipe<T> {
  readonly #hear: (items: T[]) => void
  readonly items: T[] = []
  constructor(hear: (items: T[]) => void) {
    this.#hear = hear
  }
  move(count: number): void {
    this.#hear(this.items.splice(0, count))
  }
}

export type CellPorts = {
  readonly epoch: number
  readonly toHost: (item: FromCell) => void
  readonly toStore: (item: CellToStore) => void
}
export type FakeCell = { receive(items: readonly ToCell[]): void; receiveStore(items: readonly StoreToCell[]): void }

type RunningCell = {
  readonly epoch: number
  readonly toCell: Pipe<ToCell>
  readonly fromCell: Pipe<FromCell>
  readonly fromStore: Pipe<StoreToCell>
}

export type FakeWorldOptions = Pick<RouterOptions, 'contracts' | 'limits' | 'inspect'> & {
  readonly store: StoreEngine
  /** From 0 to below `below`. @default 0: everything in the order in which it was made. */
  readonly choose?: (below: number) => number
  readonly fetch?: RouterOptions['fetch']
  /** Whether this commit shall fail in the store. */
  readonly fails?: (item: CellToStore) => boolean
}

export class FakeWorld {
  readonly clock = new FakeClock()
  readonly router: Router
  readonly store: Store
  readonly lines: Parameters<RouterOptions['log']>[0][] = []
  readonly #options: FakeWorldOptions
  readonly #pipes = new Set<Pipe<unknown>>()
  readonly #cells = new Map<string, RunningCell>()
  readonly #ports = new Map<number, Pipe<StoreToCell>>()
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #toStore: Pipe<StoreCall>
  readonly #toRouter: Pipe<StoreToRouter>
  #lastPort = 0
  #lastCall = 0
  #lastHex = 0

  constructor(options: FakeWorldOptions) {
    this.#options = options
    this.#toStore = this.#pipe((calls) => this.#apply(calls.map((item) => ({ port: 0, item }))))
    this.#toRouter = this.#pipe((items) => this.#hear(items))
    this.store = {
      call: <N extends keyof StoreCalls>(name: N, take: StoreCalls[N][0]) => {
        const id = ++this.#lastCall
        const call = Promise.withResolvers<unknown>()
        this.#calls.set(id, call)
        this.#toStore.items.push({ type: 'call', id, name, take } as StoreCall)
        return call.promise as Promise<StoreCalls[N][1]>
      },
    }
    this.router = createRouter({
      clock: this.clock,
      random: { hex: () => (++this.#lastHex).toString(16).padStart(32, '0') },
      digest: (text) => text,
      store: this.store,
      limits: options.limits,
      inspect: options.inspect,
      contracts: options.contracts,
      cells: { send: (component, item) => this.#cells.get(component)?.toCell.items.push(structuredClone(item)) },
      fetch: options.fetch ?? (() => Promise.reject(new Error('no fetch in this test'))),
      log: (line) => this.lines.push(line),
    })
  }

  // ---- cells
  async boot(component: string, make: (ports: CellPorts) => FakeCell): Promise<number> {
    const { epoch } = await this.store.call('openEpoch', { component })
    const port = ++this.#lastPort
    const toStore = this.#pipe<CellToStore>((items) => this.#apply(items.map((item) => ({ port, item }))))
    const fromCell = this.#pipe<FromCell>((items) => this.router.receive(component, epoch, items))
    const cell = make({
      epoch,
      toHost: (item) => fromCell.items.push(structuredClone(item)),
      toStore: (item) => toStore.items.push(this.#perhapsFailing(structuredClone(item))),
    })
    const fromStore = this.#pipe<StoreToCell>((items) => cell.receiveStore(items))
    const toCell = this.#pipe<ToCell>((items) => cell.receive(items))
    this.#ports.set(port, fromStore)
    this.#cells.set(component, { epoch, toCell, fromCell, fromStore })
    this.router.cellReady(component, epoch)
    return epoch
  }

  isRunning(component: string): boolean {
    return this.#cells.has(component)
  }

  /** What it had posted is still heard, by the store also much later; what it was sent is lost. */
  kill(component: string, suspectTurn: number | null): Promise<void> {
    const cell = this.#cells.get(component)
    if (cell === undefined) throw new Error(`no cell of ${component}`)
    this.#cells.delete(component)
    for (const pipe of [cell.toCell, cell.fromStore]) this.#pipes.delete(pipe as Pipe<unknown>)
    cell.fromCell.move(Number.POSITIVE_INFINITY)
    return this.router.cellEnded(component, { suspectTurn })
  }

  // ---- time
  /** One move of one pipe. False if all are empty. */
  step(): boolean {
    const { choose = () => 0 } = this.#options
    const full = [...this.#pipes].filter(({ items }) => items.length > 0)
    const pipe = full[choose(full.length)]
    if (pipe === undefined) return false
    pipe.move(1 + choose(pipe.items.length))
    return true
  }

  /** Until nothing moves any more without time. */
  async settle(): Promise<void> {
    for (let still = 0; still < 2; still++) {
      await new Promise((resolve) => setImmediate(resolve))
      while (this.step()) {
        still = 0
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    this.router.assertConsistent()
  }

  async pass(ms: number): Promise<void> {
    await this.settle()
    for (let left = ms; left > 0; ) {
      left -= this.clock.moveOn(left)
      await this.settle()
    }
  }

  /** The result of what needs others to move. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const watched = promise.finally(() => {
      settled = true
    })
    watched.catch(() => {})
    for (let turns = 0; !settled && turns < 10_000; turns++) await this.settle()
    if (!settled) throw new Error('nothing moves any more, and it has not settled')
    return watched
  }

  // ---- inside
  #pipe<T>(hear: (items: T[]) => void): Pipe<T> {
    const pipe = new Pipe<T>(hear)
    this.#pipes.add(pipe as Pipe<unknown>)
    return pipe
  }

  #apply(items: readonly { port: number; item: StoreCall | CellToStore }[]): void {
    for (const { port, reply } of this.#options.store.applyBatch(items as Parameters<StoreEngine['applyBatch']>[0])) {
      if (port === 0) this.#toRouter.items.push(structuredClone(reply as StoreToRouter))
      else this.#ports.get(port)?.items.push(structuredClone(reply as StoreToCell))
    }
  }

  /** Verdicts at once, results as promises: what the store told before a result is heard before it. */
  #hear(items: readonly StoreToRouter[]): void {
    let verdicts: Verdict[] = []
    for (const item of items) {
      if (item.type === 'verdict') {
        verdicts.push(item.verdict)
        continue
      }
      if (verdicts.length > 0) this.router.verdicts(verdicts)
      verdicts = []
      const call = this.#calls.get(item.id)
      this.#calls.delete(item.id)
      if (item.type === 'result') call?.resolve(item.value)
      else call?.reject(Object.assign(new Error(item.message), { code: item.code }))
    }
    if (verdicts.length > 0) this.router.verdicts(verdicts)
  }

  /** A wait without a deadline is our own bug: the store throws in the middle of the transaction and rolls it back. */
  #perhapsFailing(item: CellToStore): CellToStore {
    if (item.type !== 'commit' || this.#options.fails?.(item) !== true) return item
    return { type: 'commit', commit: { ...item.commit, outcome: { type: 'deferred', token: 'x' }, waitUntilMs: null } }
  }
}
