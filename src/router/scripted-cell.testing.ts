/** For tests: a cell that does what the test says, delivery by delivery. */
import type { CellToStore, Commit, Delivery, FromCell, Payload, StoreToCell, ToCell } from '../turn/index.ts'
import type { CellPorts, FakeCell } from './fake-world.testing.ts'

type Effects = Partial<
  Pick<Commit, 'change' | 'outcome' | 'sends' | 'timers' | 'events' | 'replies' | 'waitUntilMs' | 'base'>
>

export class ScriptedCell implements FakeCell {
  /** Turns and reads that were delivered and not answered yet. */
  readonly deliveries: Delivery[] = []
  readonly abandoned: number[] = []
  readonly results: Extract<ToCell, { type: 'result' }>[] = []
  readonly #ports: CellPorts
  readonly #revisions = new Map<string, number>()

  constructor(ports: CellPorts) {
    this.#ports = ports
  }

  receive(items: readonly ToCell[]): void {
    for (const item of items) {
      if (item.type === 'turn' || item.type === 'read') this.deliveries.push(item)
      if (item.type === 'abandon') this.abandoned.push(item.turn)
      if (item.type === 'result') this.results.push(item)
    }
  }

  receiveStore(_items: readonly StoreToCell[]): void {}

  /** Takes the next delivery, which must be of this message. */
  take(message: string): Delivery {
    const at = this.deliveries.findIndex((delivery) => delivery.message === message)
    const [delivery] = at === -1 ? [] : this.deliveries.splice(at, 1)
    if (delivery === undefined) {
      throw new Error(`no '${message}' was delivered, but: ${this.deliveries.map(({ message }) => message).join(', ')}`)
    }
    return delivery
  }

  say(item: FromCell): void {
    this.#ports.toHost(item)
  }

  /** Commits as the engine does: to the store, then a word to the router. */
  commit(delivery: Delivery, effects: Effects = {}): void {
    const { turn, to, message, caller, lease, nowMs, cause } = delivery
    const base = effects.base ?? this.#revisions.get(to.key) ?? 0
    const change: Commit['change'] = effects.change ?? { type: 'put', state: '{}', indexes: [] }
    const commit: Commit = {
      turn,
      to,
      message,
      caller,
      epoch: this.#ports.epoch,
      lease,
      version: 'v1',
      nowMs,
      cause,
      outcome: { type: 'replied', output: null },
      waitUntilMs: null,
      sends: [],
      timers: [],
      events: [],
      replies: [],
      ...effects,
      base,
      change,
    }
    this.post({ type: 'commit', commit })
    this.say({ type: 'committing', turn })
    this.#revisions.set(to.key, change.type === 'destroy' ? 0 : base + 1)
  }

  post(item: CellToStore): void {
    this.#ports.toStore(item)
  }

  /** Forgets what it believes the revision to be: as if it had loaded the record anew. */
  at(key: string, revision: number): void {
    this.#revisions.set(key, revision)
  }

  answer({ turn, to }: Delivery, output: Payload = null, sequence = 0): void {
    const revision = this.#revisions.get(to.key) ?? 0
    this.say({ type: 'answered', turn, revision, sequence, outcome: { type: 'replied', output } })
  }

  fault({ turn }: Delivery, code = 'HANDLER_FAILED'): void {
    this.say({ type: 'faulted', turn, revision: 0, fault: { code, message: 'it threw', stack: 'at bundle:1:1' } })
  }

  missing({ turn }: Delivery): void {
    this.say({ type: 'missing', turn, revision: 0 })
  }
}
