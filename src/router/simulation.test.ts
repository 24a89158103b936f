/**
 * Random schedules with the real store and the real engine around the router: messages between the parts in any order,
 * cells that die, commits that fail, handlers that throw or hang, clocks that jump, hosts that start again. At the end
 * everything is let run to rest, and what happened is held against what was promised.
 *
 * SELFSAME_ROUTER_SEEDS: how many schedules. SELFSAME_ROUTER_SEED: one of them alone.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentEngine } from '../cell/guest/engine/index.ts'
import { openStore } from '../store/index.ts'
import type { Address, CellToStore, NumberedEvent } from '../turn/index.ts'
import type { RouterAnswer } from './errors.ts'
import { FakeWorld } from './fake-world.testing.ts'
import { type AccountState, accounts, NAMES } from './simulated-accounts.testing.ts'

const SEEDS = Number(process.env['SELFSAME_ROUTER_SEEDS'] ?? 12)
const ONLY = process.env['SELFSAME_ROUTER_SEED']
const STEPS = 1_500
const KEYS = ['a', 'b', 'c']
const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)]

for (const seed of seeds) {
  test(`nothing is lost, doubled or left unanswered, schedule ${seed}`, () => new Simulation(seed).run())
}

type Asked = { readonly id: string; readonly to: Address; readonly message: string; answers: RouterAnswer[] }
type Watcher = { readonly to: Address; readonly connection: string; readonly seen: number[]; from: number | null }

/** mulberry32. */
function chance(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

class Simulation {
  readonly #random: () => number
  #chaos = true
  #engine = openStore({ path: ':memory:', monotonicMs: () => 0, newStoreId: () => 'store' })
  #world: FakeWorld
  readonly #accounts
  readonly #asked: Asked[] = []
  readonly #given = new Map<string, { from: Address; to: Address }>()
  readonly #seqs = new Map<string, number>()
  #watchers: Watcher[] = []
  #ids = 0
  #seq = 0
  #boots = new Map<string, Promise<unknown>>()

  constructor(seed: number) {
    this.#random = chance(seed)
    this.#accounts = accounts({ throws: () => this.#roll(0.03), hangs: () => this.#roll(0.003) })
    this.#world = this.#makeWorld()
  }

  #roll(probability: number): boolean {
    return this.#chaos && this.#random() < probability
  }
  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }
  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T
  }

  #makeWorld(): FakeWorld {
    return new FakeWorld({
      store: this.#engine,
      contracts: new Map(
        [...this.#accounts].map(([name, { codified, validators }]) => [
          name,
          { kind: 'component', contract: codified.contract, validators, handles: codified.handles },
        ]),
      ),
      choose: (below) => this.#below(below),
      fails: (item: CellToStore) => item.type === 'commit' && this.#roll(0.02),
      limits: {
        turnsPerEntity: 4,
        turnsPerCell: 8,
        outboxRowsHeld: 6,
        pageRows: 3,
        waitingPerEntity: 20,
        eventsHeld: 5,
      },
    })
  }

  async run(): Promise<void> {
    await this.#start()
    for (let step = 0; step < STEPS; step++) {
      await this.#act()
      await new Promise((resolve) => setImmediate(resolve))
      for (let moves = this.#below(4); moves > 0; moves--) {
        this.#world.step()
        await new Promise((resolve) => setImmediate(resolve))
      }
      this.#world.router.assertConsistent()
    }
    await this.#rest()
    this.#judge()
  }

  // ---- the machine
  async #start(): Promise<void> {
    for (const name of NAMES) this.#boot(name)
    await this.#world.until(Promise.all(this.#boots.values()))
    await this.#world.until(this.#world.router.start())
  }

  #boot(name: string): void {
    const account = this.#accounts.get(name as (typeof NAMES)[number])
    if (account === undefined || this.#boots.has(name)) return
    const world = this.#world
    const booting = world.boot(name, ({ epoch, toHost, toStore }) =>
      componentEngine({
        component: account.value as never,
        codified: account.codified,
        validators: account.validators,
        config: undefined,
        epoch,
        limits: {},
        ports: { toHost, toHostLater: toHost, toStore, within: (_world, body) => body(), holds: () => {} },
        makeFetch: () => () => Promise.reject(new Error('no fetch')),
      }),
    )
    this.#boots.set(
      name,
      booting.finally(() => this.#boots.delete(name)),
    )
  }

  #kill(name: string): void {
    if (!this.#world.isRunning(name)) return
    const suspect = this.#roll(0.5) ? this.#below(400) : null
    const world = this.#world
    void world.kill(name, suspect).then(() => {
      if (world === this.#world) this.#boot(name)
    })
  }

  /** The process is gone, with all that was not in the store; another one starts. */
  async #restart(): Promise<void> {
    this.#watchers = []
    this.#boots.clear()
    for (const asked of this.#asked) if (asked.answers.length === 0) asked.answers.push(LOST)
    this.#engine = this.#engine.restart()
    this.#world = this.#makeWorld()
    await this.#start()
  }

  async #act(): Promise<void> {
    const dice = this.#random()
    if (dice < 0.55) return this.#ask()
    if (dice < 0.62) return this.#watch()
    if (dice < 0.64) return this.#unwatch()
    if (dice < 0.655) return this.#kill(this.#pick(NAMES))
    if (dice < 0.67) return this.#world.clock.jump(this.#below(20_000) - 10_000)
    if (dice < 0.675) return this.#suspend(this.#pick(NAMES))
    if (dice < 0.676) return this.#restart()
    if (dice < 0.75) this.#world.clock.moveOn(this.#below(2_000))
  }

  #suspend(name: string): void {
    const world = this.#world
    world.router.suspend(name)
    world.clock.after(this.#below(500), () => world.router.resume(name))
  }

  // ---- callers
  #ask(): void {
    const to = { component: this.#pick(NAMES), key: this.#pick(KEYS) }
    const message = this.#pick(['add', 'add', 'add', 'give', 'give', 'later', 'ask', 'open', 'look', 'close'])
    const rare = (message === 'open' || message === 'close') && this.#random() < 0.7
    if (!rare) this.#send(to, message)
  }

  #send(to: Address, message: string): void {
    // With a key: the same may be asked for again.
    const repeated =
      message === 'add' && this.#random() < 0.2 ? this.#asked.findLast((asked) => asked.message === message) : undefined
    const id = repeated?.id ?? `${message}-${++this.#ids}`
    const at = repeated?.to ?? (message === 'close' ? { ...to, key: 'gone' } : to)
    const input = this.#inputOf({ id, at, message })
    if (input === undefined) return
    const asked: Asked = { id, to: at, message, answers: [] }
    this.#asked.push(asked)
    const idempotencyKey = message === 'add' ? id : null
    const caller = { identity: 'ada', connection: null }
    const text = input === null ? null : JSON.stringify(input)
    void this.#world.router
      .request({ to: at, message, input: text, caller, idempotencyKey, from: 'gateway' })
      .then((answer) => {
        // A promise of a world that is gone counts no more.
        if (asked.answers[0] !== LOST) asked.answers.push(answer)
      })
  }

  #inputOf({ id, at, message }: { id: string; at: Address; message: string }): object | null | undefined {
    const other = { component: this.#pick(NAMES), key: this.#pick([...KEYS, 'gone']) }
    switch (message) {
      case 'open':
      case 'look':
        return null
      case 'give':
        if (this.#given.has(id)) return undefined
        this.#given.set(id, { from: at, to: other })
        this.#seq += 1
        this.#seqs.set(id, this.#seq)
        return { id, ...other, seq: this.#seq }
      case 'later':
        return { id, ms: this.#below(5_000) }
      case 'ask':
        return { id, ...other }
      default:
        return { id }
    }
  }

  #watch(): void {
    const to = { component: this.#pick(NAMES), key: this.#pick([...KEYS, 'gone']) }
    const watcher: Watcher = { to, connection: `c${this.#below(5)}`, seen: [], from: null }
    this.#watchers = this.#watchers.filter((other) => !isSame(other, watcher))
    this.#watchers.push(watcher)
    const read = this.#random() < 0.7 ? { message: 'look', input: null } : null
    const onEvent = ({ sequence }: NumberedEvent) => void watcher.seen.push(sequence)
    const { connection } = watcher
    void this.#world.router
      .attach({ connection, to, caller: { identity: 'bob', connection }, read, onEvent })
      .then(({ answer, sequence }) => {
        if (answer.type === 'replied') watcher.from = sequence
        else this.#watchers = this.#watchers.filter((other) => other !== watcher)
      })
  }

  #unwatch(): void {
    if (this.#watchers.length === 0) return
    const watcher = this.#pick(this.#watchers)
    this.#world.router.detach(watcher.connection, watcher.to)
    this.#watchers = this.#watchers.filter((other) => other !== watcher)
  }

  // ---- the end
  /** No more accidents; everything that was begun comes to its end. */
  async #rest(): Promise<void> {
    this.#chaos = false
    for (const name of NAMES) if (!this.#world.isRunning(name)) this.#boot(name)
    await this.#world.pass(200_000)
    this.#world.router.assertConsistent()
  }

  #judge(): void {
    const { router, lines } = this.#world
    const { waiting, inFlight, openRequests, outboxRowsHeld, outboxBehind } = router.status()
    assert.deepEqual(
      { waiting, inFlight, openRequests, outboxRowsHeld, outboxBehind },
      { waiting: 0, inFlight: 0, openRequests: 0, outboxRowsHeld: 0, outboxBehind: false },
    )
    const { outbox, timers, waits } = this.#call('statistics') as { outbox: number; timers: number; waits: number }
    assert.deepEqual({ outbox, timers, waits }, { outbox: 0, timers: 0, waits: 0 })
    const states = this.#states()
    this.#judgeAnswers(states)
    this.#judgeGifts(states)
    this.#judgeWatchers()
    assert.ok(lines.every(({ message }) => !message.includes('Selfsame bug') || message.includes('deadline')))
  }

  #judgeAnswers(states: ReadonlyMap<string, AccountState>): void {
    for (const { id, to, message, answers } of this.#asked) {
      assert.equal(answers.length, 1, `${id} is answered once`)
      const [answer] = answers
      if (message === 'look' || message === 'open' || message === 'close' || answer === undefined) continue
      const count = states.get(text(to))?.done.filter((done) => done === id).length ?? 0
      assert.ok(count <= 1, `${id} happened at most once`)
      if (answer.type === 'replied') assert.equal(count, 1, `${id} was acknowledged and happened`)
      const elsewhere = this.#asked.some((other) => other.id === id && mayHaveHappened(other.answers[0]))
      if (!mayHaveHappened(answer) && !elsewhere) assert.equal(count, 0, `${id} was refused: ${JSON.stringify(answer)}`)
    }
  }

  #judgeGifts(states: ReadonlyMap<string, AccountState>): void {
    for (const [name, { n, done, heard }] of states) {
      assert.equal(n, done.length)
      assert.equal(new Set(done).size, done.length, `nothing happened twice to ${name}`)
      for (const from of new Set(heard.map((one) => one.from))) {
        const seqs = heard.filter((one) => one.from === from).map(({ seq }) => seq)
        const order = this.#givenOrder(states.get(from), name, new Set(seqs))
        assert.deepEqual(seqs, order, `${name} heard ${from} in order`)
      }
    }
    for (const [id, { from, to }] of this.#given) {
      const giver = states.get(text(from))
      const happened = giver?.done.includes(id) ?? false
      const told = giver?.done.filter((done) => done === `gave-${id}` || done === `ungave-${id}`) ?? []
      // A continuation that always throws is buried like every other message, but chance is not that bad.
      assert.equal(told.length, happened ? 1 : 0, `the giver of ${id} is told once`)
      if (to.key === 'gone') continue
      const got = states.get(text(to))?.done.filter((done) => done === `got-${id}`).length ?? 0
      assert.equal(got, told[0] === `gave-${id}` ? 1 : 0, `${id} arrived if and only if it is said to have`)
    }
  }

  /** The order in which the giver did its gifts, of those that arrived. */
  #givenOrder(giver: AccountState | undefined, to: string, arrived: ReadonlySet<number>): number[] {
    return (giver?.done ?? [])
      .filter((id) => id.startsWith('give-') && text(this.#given.get(id)?.to) === to)
      .map((id) => this.#seqs.get(id) ?? -1)
      .filter((seq) => arrived.has(seq))
  }

  #judgeWatchers(): void {
    for (const { to, connection, seen, from } of this.#watchers) {
      if (to.key === 'gone' || from === null) continue
      const last = (this.#call('get', to) as { sequence: number } | null)?.sequence ?? 0
      const expected = Array.from({ length: Math.max(0, last - from) }, (_, i) => from + i + 1)
      assert.deepEqual(seen, expected, `${connection} saw every event of ${text(to)} after ${from}`)
    }
  }

  #states(): Map<string, AccountState> {
    const states = new Map<string, AccountState>()
    for (const component of NAMES) {
      for (const key of KEYS) {
        const record = this.#call('get', { component, key }) as { state: string } | null
        if (record !== null) states.set(text({ component, key }), JSON.parse(record.state) as AccountState)
      }
    }
    return states
  }

  #call(name: 'get' | 'statistics', take: unknown = null): unknown {
    const [reply] = this.#engine.applyBatch([{ port: 0, item: { type: 'call', id: 1, name, take } as never }])
    return (reply?.reply as { value: unknown } | undefined)?.value
  }
}

const LOST: RouterAnswer = { type: 'failed', code: 'OUTCOME_UNKNOWN', message: 'the process ended' }

function mayHaveHappened(answer: RouterAnswer | undefined): boolean {
  return answer?.type === 'replied' || (answer?.type === 'failed' && answer.code === 'OUTCOME_UNKNOWN')
}

function text(address: Address | undefined): string {
  return address === undefined ? '' : `${address.component}/${address.key}`
}

function isSame(a: Watcher, b: Watcher): boolean {
  return a.connection === b.connection && text(a.to) === text(b.to)
}
