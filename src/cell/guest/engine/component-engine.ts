/**
 * Runs the turns and reads of one component. Turns of one entity are computed strictly one after another, each on the
 * text that the one before left, committed or not; reads run at once on that same text. What rests on a commit that
 * the store refuses is refused too, and comes again under a higher lease: then the copy is dropped and loaded anew.
 */
import type { CodifiedComponent } from '../../../component/index.ts'
import type { Validators } from '../../../schema/index.ts'
import type { Delivery, EntityRecord, StoreToCell, ToCell } from '../../../turn/index.ts'
import { Attempt, type AttemptPowers } from './attempt.ts'
import { CACHE_BYTES_MAX, ENTITY_BYTES_MAX, type EngineLimits } from './bounds.ts'
import { callsFactory } from './calls.ts'
import { advance, commitOf, type Done, isEffectless } from './conclude.ts'
import { type Copy, Entities, type Entity } from './entities.ts'
import type { ComponentValue } from './implemented.ts'
import { deepFrozen } from './plain-json.ts'
import type { Engine, EnginePorts, TurnWorld } from './ports.ts'
import { resumption } from './resumption.ts'
import { type Conclusion, isThenable, type RunGiven, runRead, runTurn } from './run-turn.ts'
import { shapesOf } from './shapes.ts'
import { waitTokens } from './wait-token.ts'

export type ComponentEngineOptions = {
  readonly component: ComponentValue
  readonly codified: CodifiedComponent
  readonly validators: Validators
  /** JSON values; handlers see a frozen copy. */
  readonly config: unknown
  readonly epoch: number
  readonly limits?: EngineLimits | undefined
  readonly ports: EnginePorts
  /** Makes the `fetch` of one turn; its responses come from `world.fetch`. */
  readonly makeFetch: (world: TurnWorld) => typeof fetch
}

export function componentEngine(options: ComponentEngineOptions): Engine {
  return new ComponentEngine(options)
}

class ComponentEngine implements Engine {
  readonly #ports: EnginePorts
  readonly #epoch: number
  readonly #version: string
  readonly #given: RunGiven
  readonly #powers: AttemptPowers
  readonly #entities: Entities
  /** Turns whose handler has returned a promise, by number, with the entity that they hold. */
  readonly #waiting = new Map<number, { readonly attempt: Attempt; readonly entity: Entity }>()
  /** What the store was asked for, by number. */
  readonly #asked = new Map<number, (answer: StoreToCell) => void>()
  #askedLast = 0
  /** Deliveries taken and not yet concluded. */
  #open = 0
  #stopping = false

  constructor({ component, codified, validators, config, epoch, limits, ports, makeFetch }: ComponentEngineOptions) {
    const shapes = shapesOf(codified, validators)
    this.#ports = ports
    this.#epoch = epoch
    this.#version = codified.chain.version
    this.#entities = new Entities(limits?.cacheBytesMax ?? CACHE_BYTES_MAX)
    this.#powers = {
      component: codified.contract.name,
      fetchHosts: codified.permissions.fetch,
      toHost: ports.toHost,
      resumed: resumption(ports.holds),
      list: (attempt, { component: of, page }, then) => {
        const id = this.#ask((answer) => {
          if (!attempt.ended) then(answer)
        })
        ports.toStore({ type: 'list', id, component: of, page })
      },
    }
    let cached: { readonly value: unknown } | undefined
    const cache = () => {
      cached ??= { value: component.behaviour.cache?.() }
      return cached.value
    }
    this.#given = {
      component,
      codified: codified.contract,
      shapes,
      chain: { versions: codified.chain.versions, migrations: component.migrations ?? [] },
      entityBytesMax: limits?.entityBytesMax ?? ENTITY_BYTES_MAX,
      ports,
      turns: {
        contract: component.contract,
        codified: codified.contract,
        shapes,
        config: config === undefined ? undefined : deepFrozen(JSON.parse(JSON.stringify(config))),
        calls: callsFactory(),
        waits: waitTokens(Object.keys(codified.contract.messages)),
        cache,
        makeFetch,
      },
    }
  }

  get idle(): boolean {
    return this.#open === 0
  }

  receive(items: readonly ToCell[]): void {
    for (const item of items) {
      switch (item.type) {
        case 'turn':
        case 'read':
          this.#accept(item)
          break
        case 'result':
          this.#waiting.get(item.turn)?.attempt.settle(item.call, item.result)
          break
        case 'abandon':
          this.#abandon(item.turn)
          break
        case 'stop':
          this.#stopping = true
          break
        default:
          item satisfies never
      }
    }
    this.#stopIfIdle()
  }

  receiveStore(items: readonly StoreToCell[]): void {
    for (const item of items) {
      const then = this.#asked.get(item.id)
      this.#asked.delete(item.id)
      then?.(item)
    }
    this.#stopIfIdle()
  }

  #stopIfIdle(): void {
    if (!this.#stopping || !this.idle) return
    this.#stopping = false
    this.#ports.toHost({ type: 'stopped' })
  }

  #accept(delivery: Delivery): void {
    const entity = this.#entities.touch(delivery.to.key, delivery.lease)
    if (delivery.lease > entity.lease) this.#forget(entity, delivery.lease)
    const isRead = delivery.type === 'read'
    // A turn of an older lease was given up by the router; a read is harmless, whatever its lease.
    if (!isRead && delivery.lease < entity.lease) return
    this.#open += 1
    if (!isRead) entity.turns.push(delivery)
    else if (entity.copy === null) entity.reads.push(delivery)
    else this.#read(delivery, entity.copy)
    this.#advance(entity)
  }

  /** The entity's lease has risen: what was computed or queued here before counts no more. */
  #forget(entity: Entity, lease: number): void {
    if (entity.running !== null) this.#give(entity, entity.running)
    this.#open -= entity.turns.length
    entity.turns.length = 0
    entity.lease = lease
    entity.copy = null
    entity.load = 0
  }

  /** Gives a running turn up. Its promise may still settle; nothing listens to it any more. */
  #give(entity: Entity, attempt: Attempt): void {
    attempt.end()
    this.#waiting.delete(attempt.turn)
    entity.running = null
    this.#open -= 1
  }

  #abandon(turn: number): void {
    const held = this.#waiting.get(turn)
    if (held !== undefined) {
      this.#give(held.entity, held.attempt)
      this.#advance(held.entity)
      return
    }
    for (const { turns, reads } of this.#entities.all()) {
      for (const queue of [turns, reads]) {
        const at = queue.findIndex((delivery) => delivery.turn === turn)
        if (at === -1) continue
        queue.splice(at, 1)
        this.#open -= 1
        return
      }
    }
  }

  /** Computes what can be computed now: turns in order until one waits, or the record is to be loaded first. */
  #advance(entity: Entity): void {
    while (entity.running === null && entity.turns.length > 0 && entity.copy !== null) {
      const delivery = entity.turns.shift()
      if (delivery !== undefined) this.#turn(delivery, { entity, copy: entity.copy })
    }
    if (entity.copy === null && entity.load === 0 && entity.turns.length + entity.reads.length > 0) this.#load(entity)
    this.#entities.measure(entity)
  }

  // ---- the store
  #ask(then: (answer: StoreToCell) => void): number {
    this.#askedLast += 1
    this.#asked.set(this.#askedLast, then)
    return this.#askedLast
  }

  #load(entity: Entity): void {
    const { component } = this.#powers
    const id = this.#ask((answer) => {
      if (entity.load !== id) return
      entity.load = 0
      if (answer.type === 'loaded') this.#loaded(entity, answer.record)
      else if (answer.type === 'failed') this.#loadFailed(entity, answer)
    })
    entity.load = id
    this.#ports.toStore({ type: 'load', id, component, key: entity.key })
  }

  #loaded(entity: Entity, record: EntityRecord | null): void {
    const copy = copyOf(record, this.#version)
    entity.copy = copy
    for (const delivery of entity.reads.splice(0)) this.#read(delivery, copy)
    this.#advance(entity)
  }

  #loadFailed(entity: Entity, { code, message }: { readonly code: string; readonly message: string }): void {
    const fault = { code, message, stack: '' }
    for (const { turn } of [...entity.reads.splice(0), ...entity.turns.splice(0)]) {
      this.#open -= 1
      this.#ports.toHost({ type: 'faulted', turn, revision: 0, fault })
    }
    this.#advance(entity)
  }

  // ---- turns and reads
  #read(delivery: Delivery, copy: Copy): void {
    const attempt = new Attempt(delivery, this.#powers)
    const conclusion = runRead(attempt, copy, this.#given)
    attempt.end()
    this.#open -= 1
    this.#report(attempt, { conclusion, copy })
  }

  #turn(delivery: Delivery, held: { readonly entity: Entity; readonly copy: Copy }): void {
    const { entity } = held
    const attempt = new Attempt(delivery, this.#powers)
    entity.running = attempt
    const conclusion = runTurn(attempt, held.copy, this.#given)
    if (!isThenable(conclusion)) return this.#conclude(attempt, { ...held, conclusion })
    this.#waiting.set(attempt.turn, { attempt, entity })
    conclusion.then((settled) => {
      if (attempt.ended) return
      this.#waiting.delete(attempt.turn)
      this.#conclude(attempt, { ...held, conclusion: settled })
      this.#advance(entity)
      this.#stopIfIdle()
    })
  }

  #conclude(
    attempt: Attempt,
    { entity, copy, conclusion }: { readonly entity: Entity; readonly copy: Copy; readonly conclusion: Conclusion },
  ): void {
    attempt.end()
    entity.running = null
    this.#open -= 1
    if (conclusion.type !== 'done' || isEffectless(attempt, conclusion)) this.#report(attempt, { conclusion, copy })
    else this.#commit(attempt, { done: conclusion, copy })
  }

  #commit(attempt: Attempt, { done, copy }: { readonly done: Done; readonly copy: Copy }): void {
    const fences = { epoch: this.#epoch, base: copy.revision, version: this.#version }
    this.#ports.toStore({ type: 'commit', commit: commitOf(attempt, done, fences) })
    // A request's next news is the store's verdict; only what rests on this turn has to hear of it before. A message of
    // a sender that waits for its turn must not wait for the disk as well.
    const { toHost, toHostLater } = this.#ports
    const tell = attempt.delivery.cause.type === 'request' ? toHostLater : toHost
    tell({ type: 'committing', turn: attempt.turn })
    advance(copy, done)
  }

  /** What leaves without a commit, with the revision that it was computed from. */
  #report({ turn }: Attempt, { conclusion, copy }: { readonly conclusion: Conclusion; readonly copy: Copy }): void {
    const { revision, sequence } = copy
    switch (conclusion.type) {
      case 'missing':
        this.#ports.toHost({ type: 'missing', turn, revision })
        break
      case 'faulted':
        this.#ports.toHost({ type: 'faulted', turn, revision, fault: conclusion.fault })
        break
      case 'done': {
        const { outcome } = conclusion
        if (outcome.type === 'deferred') throw new Error('Selfsame bug: a deferred outcome is committed')
        this.#ports.toHost({ type: 'answered', turn, revision, sequence, outcome })
        break
      }
      default:
        conclusion satisfies never
    }
  }
}

function copyOf(record: EntityRecord | null, version: string): Copy {
  if (record === null) return { text: null, revision: 0, sequence: 0, version, converted: false, frozen: undefined }
  const { state: text, revision, sequence } = record
  return { text, revision, sequence, version: record.version, converted: false, frozen: undefined }
}
