/**
 * The entities that a cell knows at the moment: the copy of each record, and who waits for it. Copies are bounded by
 * bytes; the one used longest ago goes first. An entity for which something runs, waits or loads never goes.
 *
 * Invariants: at most one turn of an entity runs; a copy is only ever that of the entity's current lease; a copy that
 * was dropped can be loaded again, because the store answers a load after every commit posted before it.
 */
import type { Delivery } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'

/** A record as last computed here: committed, or on its way to the store. */
export type Copy = {
  /** null: there is no record. */
  text: string | null
  revision: number
  sequence: number
  /** Version that `text` is written in. */
  version: string
  /** `text` was brought up from an older version, and the store has not seen it yet. */
  converted: boolean
  /** The state for reads, parsed and frozen at the first of them. */
  frozen: unknown
}

export type Entity = {
  readonly key: string
  lease: number
  copy: Copy | null
  /** Turns that wait for the one before, in order. */
  readonly turns: Delivery[]
  /** Reads that wait for the record to be loaded. */
  readonly reads: Delivery[]
  running: Attempt | null
  /** Number of the load under way; 0: none. */
  load: number
  /** What it counts in the cache. */
  bytes: number
}

const ENTITY_OVERHEAD_BYTES = 400
/** Bytes per character of a record: the text alone, and with its parsed state. Estimates, on the high side. */
const TEXT_BYTES = 2
const PARSED_BYTES = 8

export class Entities {
  readonly #entities = new Map<string, Entity>()
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entities.size
  }

  /** The entity, now the one used last. */
  touch(key: string, lease: number): Entity {
    const known = this.#entities.get(key)
    if (known !== undefined) {
      this.#entities.delete(key)
      this.#entities.set(key, known)
      return known
    }
    const entity = { key, lease, copy: null, turns: [], reads: [], running: null, load: 0, bytes: 0 }
    this.#entities.set(key, entity)
    return entity
  }

  /** Counts what the entity takes now, and makes room if the cache has grown over its bound. */
  measure(entity: Entity): void {
    const perCharacter = entity.copy?.frozen === undefined ? TEXT_BYTES : PARSED_BYTES
    const bytes =
      ENTITY_OVERHEAD_BYTES + entity.key.length * TEXT_BYTES + (entity.copy?.text?.length ?? 0) * perCharacter
    this.#bytes += bytes - entity.bytes
    entity.bytes = bytes
    if (this.#bytes > this.#bytesMax) this.#evict()
  }

  /** For what is rare: all entities, the one used longest ago first. */
  all(): Iterable<Entity> {
    return this.#entities.values()
  }

  #evict(): void {
    for (const entity of this.#entities.values()) {
      if (this.#bytes <= this.#bytesMax) return
      if (isBusy(entity)) continue
      this.#entities.delete(entity.key)
      this.#bytes -= entity.bytes
    }
  }
}

function isBusy({ running, load, turns, reads }: Entity): boolean {
  return running !== null || load !== 0 || turns.length > 0 || reads.length > 0
}
