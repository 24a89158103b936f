/**
 * For tests: an engine with a store and a router around it that do the least that the real ones promise. Everything
 * passes as text and in arrays, and nothing is answered before `settle` runs it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type * as z from 'zod'
import type { CodifiedContract, Component, Connector } from '../../../component/index.ts'
import { compileValidators, type JsonSchema, toJsonSchema, type Validators } from '../../../schema/index.ts'
import type { CellToStore, Commit, Delivery, EntityRecord, FromCell, StoreToCell, ToCell } from '../../../turn/index.ts'
import {
  componentEngine,
  connectorEngine,
  type Engine,
  type EngineLimits,
  type EnginePorts,
  type TurnWorld,
} from './index.ts'

type Schemas = Readonly<Record<string, z.ZodType>>

export const VERSION = 'chain-now'
export const NOW_MS = 1_700_000_000_000

const jsonSchema = (schema: z.ZodType | undefined) =>
  schema === undefined ? null : toJsonSchema(schema, { where: 'test', bounded: false }).schema

const mapped = <T, U>(from: Readonly<Record<string, T>>, one: (value: T) => U) =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, one(value)]))

/** Contract and validators as the build would make them. */
export function codified({ contract, state }: { contract: Component['contract']; state?: z.ZodType }): {
  contract: CodifiedContract
  validators: Validators
} {
  const { name, definition } = contract
  const messages = mapped(definition.messages, ({ access, read, creates, input, output, rejects }) => ({
    access: access ?? ('system' as const),
    read: read === true,
    creates: creates === true,
    input: jsonSchema(input),
    output: jsonSchema(output),
    rejects: mapped((rejects ?? {}) as Schemas, (data) => jsonSchema(data) ?? {}),
  }))
  const events = mapped((definition.events ?? {}) as Schemas, (data) => jsonSchema(data) ?? {})
  const schemas: Record<string, JsonSchema> = {}
  if (state) schemas['state'] = jsonSchema(state) ?? {}
  for (const [message, { input, output, rejects }] of Object.entries(messages)) {
    if (input) schemas[`message.${message}.input`] = input
    if (output) schemas[`message.${message}.output`] = output
    for (const [code, data] of Object.entries(rejects)) schemas[`message.${message}.rejects.${code}`] = data
  }
  for (const [event, data] of Object.entries(events)) schemas[`event.${event}`] = data
  return { contract: { name, key: {}, messages, events, indexes: [] }, validators: compileValidators(schemas) }
}

type Given = Partial<Omit<Delivery, 'to' | 'input' | 'result'>> & { key?: string; input?: unknown; result?: unknown }

/** An engine under test. `deliver` hands it a message, `settle` runs store and engine until nothing moves. */
export class FakeCell {
  readonly engine: Engine
  readonly records = new Map<string, EntityRecord>()
  readonly commits: Commit[] = []
  readonly refused: Commit[] = []
  readonly told: FromCell[] = []
  /** Turn numbers that were marked as holding the thread, in order. */
  readonly held: number[] = []
  readonly loads: string[] = []
  /** What `list` and `load` are answered instead, while it is set. */
  storeFails: { code: string; message: string } | null = null
  readonly #world = new AsyncLocalStorage<TurnWorld>()
  readonly #component: string
  #toStore: CellToStore[] = []
  #turns = 0

  constructor(component: string, make: (ports: EnginePorts) => Engine) {
    this.#component = component
    this.engine = make({
      toHost: (item) => this.told.push(structuredClone(item)),
      toHostLater: (item) => this.told.push(structuredClone(item)),
      toStore: (item) => this.#toStore.push(structuredClone(item)),
      within: (world, body) => this.#world.run(world, body),
      holds: (turn) => this.held.push(turn),
    })
  }

  /** The world that the realm's Date and fetch would draw on at this moment. */
  world(): TurnWorld | undefined {
    return this.#world.getStore()
  }

  deliver(message: string, given: Given = {}): number {
    const { key = 'one', input, result, ...rest } = given
    this.#turns += 1
    const turn = this.#turns
    this.receive({
      type: 'turn',
      turn,
      to: { component: this.#component, key },
      lease: 1,
      message,
      input: input === undefined ? null : JSON.stringify(input),
      ...(result === undefined ? {} : { result: JSON.stringify(result) }),
      caller: { identity: 'ada', connection: null },
      cause: { type: 'request', request: turn, idempotency: null },
      nowMs: NOW_MS,
      seed: `seed-${turn}`,
      recorded: [],
      ...rest,
    })
    return turn
  }

  read(message: string, given: Given = {}): number {
    return this.deliver(message, { ...given, type: 'read' })
  }

  receive(...items: ToCell[]): void {
    this.engine.receive(structuredClone(items))
  }

  /** Lets promises run and answers the store's questions, until both are still. */
  async settle(): Promise<void> {
    for (let still = 0; still < 3; still++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#toStore.length === 0) continue
      still = 0
      this.#answer()
    }
  }

  /** Answers what the store was asked so far, and nothing that follows from it. */
  settleOnce(): void {
    this.#answer()
  }

  #answer(): void {
    const answers: StoreToCell[] = []
    for (const item of this.#toStore.splice(0)) {
      if (item.type === 'commit') this.#apply(item.commit)
      else if (this.storeFails !== null) answers.push({ type: 'failed', id: item.id, ...this.storeFails })
      else if (item.type === 'list') {
        const keys = [...this.records.keys()].filter((key) => key.startsWith(item.page.prefix ?? '')).sort()
        answers.push({ type: 'listed', id: item.id, keys: keys.slice(0, item.page.limit) })
      } else {
        this.loads.push(item.key)
        answers.push({ type: 'loaded', id: item.id, record: this.records.get(item.key) ?? null })
      }
    }
    if (answers.length > 0) this.engine.receiveStore(answers)
  }

  #apply(commit: Commit): void {
    const { to, base, change, events, version } = commit
    const record = this.records.get(to.key)
    if ((record?.revision ?? 0) !== base) {
      this.refused.push(commit)
      return
    }
    this.commits.push(commit)
    const sequence = (record?.sequence ?? 0) + events.length
    const next = { key: to.key, revision: base + 1, sequence }
    if (change.type === 'put') this.records.set(to.key, { ...next, state: change.state, version })
    else if (change.type === 'destroy') this.records.delete(to.key)
    else if (record) this.records.set(to.key, { ...record, ...next })
  }

  // ---- what tests ask
  about<T extends FromCell['type']>(type: T, turn?: number): Extract<FromCell, { type: T }>[] {
    return this.told.filter(
      (item): item is Extract<FromCell, { type: T }> =>
        item.type === type && (turn === undefined || ('turn' in item && item.turn === turn)),
    )
  }

  fault(turn: number): { code: string; message: string; stack: string } | undefined {
    return this.about('faulted', turn)[0]?.fault
  }

  commit(turn: number): Commit | undefined {
    return this.commits.find((commit) => commit.turn === turn)
  }

  state(key = 'one'): unknown {
    const record = this.records.get(key)
    return record && JSON.parse(record.state)
  }

  /** Puts a record into the store, as if committed earlier. */
  keep(state: unknown, { key = 'one', version = VERSION }: { key?: string; version?: string } = {}): void {
    this.records.set(key, { key, state: JSON.stringify(state), revision: 1, sequence: 0, version })
  }
}

/** `fetch` as the realm would make it from a turn's world, as far as the tests use it. */
const makeFetch =
  (world: TurnWorld): typeof fetch =>
  async (input, init) => {
    const { url, status, headers, body } = await world.fetch({
      url: new URL(String(input)).href,
      method: init?.method ?? 'GET',
      headers: [],
      body: typeof init?.body === 'string' ? btoa(init.body) : null,
    })
    const response = new Response(atob(body), {
      status,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    })
    Object.defineProperty(response, 'url', { value: url })
    return response
  }

export type CellOptions = { config?: unknown; limits?: EngineLimits | undefined; versions?: readonly string[] }

export function cellOf(component: Component, { config, limits, versions = [VERSION] }: CellOptions = {}): FakeCell {
  const { contract, validators } = codified(component)
  return new FakeCell(contract.name, (ports) =>
    componentEngine({
      component,
      codified: {
        kind: 'component',
        contract,
        state: jsonSchema(component.state) ?? {},
        config: null,
        chain: { steps: versions.slice(1), versions, version: versions.at(-1) ?? VERSION },
        invariants: [],
        handles: { attached: true, detached: true, cache: true },
        permissions: component.permissions,
        hardened: true,
      },
      validators,
      config,
      epoch: 7,
      limits,
      ports,
      makeFetch,
    }),
  )
}

export function connectorCell(connector: Connector, secrets: Readonly<Record<string, string>> = {}): FakeCell {
  const { contract, validators } = codified(connector)
  return new FakeCell(contract.name, (ports) =>
    connectorEngine({
      connector,
      codified: { kind: 'connector', contract, secrets: [] },
      validators,
      secrets,
      epoch: 7,
      ports,
    }),
  )
}
