/**
 * One row per component: its last epoch, how many entities it has, and whether any of them is indexed. Held in memory
 * and written where it changed, once per transaction.
 */
import type { Database } from './database.ts'

type Row = { readonly name: string; readonly epoch: number; readonly entities: number; readonly indexed: number }

const NONE = { epoch: 0, entities: 0, indexed: 0 }

export class Components {
  readonly #committed = new Map<string, Row>()
  /** Rows that the running transaction changed. */
  readonly #changed = new Map<string, Row>()

  constructor(db: Database) {
    for (const row of db.all<Row>('select name, epoch, entities, indexed from component')) {
      this.#committed.set(row.name, row)
    }
  }

  epochOpened(name: string): number {
    const row = this.#row(name)
    this.#changed.set(name, { ...row, epoch: row.epoch + 1 })
    return row.epoch + 1
  }

  entitiesChanged(name: string, by: number): void {
    const row = this.#row(name)
    this.#changed.set(name, { ...row, entities: row.entities + by })
  }

  isIndexed(name: string): boolean {
    return this.#row(name).indexed === 1
  }

  /** Never unset: it only saves a lookup for components that have no indexes. */
  indexed(name: string): void {
    if (!this.isIndexed(name)) this.#changed.set(name, { ...this.#row(name), indexed: 1 })
  }

  entities(): Record<string, number> {
    const names = [...new Set([...this.#committed.keys(), ...this.#changed.keys()])].sort()
    return Object.fromEntries(names.map((name) => [name, this.#row(name).entities]))
  }

  save(db: Database): void {
    for (const { name, epoch, entities, indexed } of this.#changed.values()) {
      db.run('insert or replace into component values (?, ?, ?, ?)', name, epoch, entities, indexed)
    }
  }

  keep(): void {
    for (const [name, row] of this.#changed) this.#committed.set(name, row)
    this.#changed.clear()
  }

  rollBack(): void {
    this.#changed.clear()
  }

  #row(name: string): Row {
    return this.#changed.get(name) ?? this.#committed.get(name) ?? { name, ...NONE }
  }
}
