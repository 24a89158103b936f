/**
 * Who may still commit. Three fences keep a turn that was given up from happening after all: its cell's epoch, its
 * entity's lease, and the revision it was computed from (that one stands in the record, see record.ts).
 *
 * 1. A component has at most one live epoch, the last one opened; after a start it has none.
 * 2. A lease that was revoked stays ended until the epoch ends. In memory only: a restart ends the epoch anyway.
 * 3. A refused commit ends its lease too (`broken`): whatever the cell computed on top of it must not be taken. The
 *    revision alone would not do: if `destroy` fails, a creation and a change that rested on it could meet the old
 *    record at the very revision that they expect.
 *
 * All changes go through `#change`, so that a transaction that is rolled back takes them back as well.
 */
import type { Address, Commit, Refusal } from '../turn/index.ts'
import { ENDED_LEASES_MAX } from './limits.ts'

type Leases = Map<string, Map<string, number>>

export class Fences {
  /** 0 after `endEpoch`, and absent before the first `openEpoch` of this process. */
  readonly #epochs = new Map<string, number>()
  readonly #revoked: Leases = new Map()
  readonly #broken: Leases = new Map()
  #undo: (() => void)[] = []

  /** Why the commit must not be taken, or null. */
  refusalOf(commit: Commit): Extract<Refusal, 'epoch' | 'lease' | 'base'> | null {
    const { component, key } = commit.to
    if (this.#epochs.get(component) !== commit.epoch) return 'epoch'
    if ((this.#revoked.get(component)?.get(key) ?? -1) >= commit.lease) return 'lease'
    if ((this.#broken.get(component)?.get(key) ?? -1) >= commit.lease) return 'base'
    return null
  }

  openEpoch(component: string, epoch: number): void {
    this.#setEpoch(component, epoch)
  }

  /** No effect if another epoch has taken its place already. */
  endEpoch(component: string, epoch: number): void {
    if (this.#epochs.get(component) === epoch) this.#setEpoch(component, 0)
  }

  revoke({ component, key }: Address, lease: number): void {
    this.#end(this.#revoked, component, key, lease)
  }

  /** A refused commit: what rests on it falls with it. Cells without state have nothing that could rest on anything. */
  breakLease({ to, lease, change }: Commit): void {
    if (change.type !== 'none') this.#end(this.#broken, to.component, to.key, lease)
  }

  keep(): void {
    if (this.#undo.length > 0) this.#undo = []
  }

  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }

  #setEpoch(component: string, epoch: number): void {
    this.#change(this.#epochs, component, epoch)
    this.#change(this.#revoked, component, undefined)
    this.#change(this.#broken, component, undefined)
  }

  #end(leases: Leases, component: string, key: string, lease: number): void {
    let ended = leases.get(component)
    if (ended === undefined) {
      ended = new Map()
      this.#change(leases, component, ended)
    }
    if ((ended.get(key) ?? -1) >= lease) return
    this.#change(ended, key, lease)
    // Maps keep the order of insertion, so the first key is the one that was ended first.
    const oldest = ended.size > ENDED_LEASES_MAX ? ended.keys().next().value : undefined
    if (oldest !== undefined) this.#change(ended, oldest, undefined)
  }

  #change<V>(map: Map<string, V>, name: string, value: V | undefined): void {
    const before = map.get(name)
    this.#undo.push(() => (before === undefined ? map.delete(name) : map.set(name, before)))
    map.delete(name)
    if (value !== undefined) map.set(name, value)
  }
}
