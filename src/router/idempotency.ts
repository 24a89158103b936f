/**
 * Calls under an idempotency key. The outcome of the first is kept by the store, with its commit; a second call with
 * the same key gets that outcome, and joins the first while it is still under way.
 */
import type { Store } from '../turn/index.ts'
import { type Address, addressText } from '../turn/index.ts'
import type { RouterAnswer } from './options.ts'

export type Known =
  | { readonly type: 'new' }
  | { readonly type: 'mismatch' }
  | { readonly type: 'answered'; readonly answer: RouterAnswer }
  /** The first call's answer is still awaited, in the store. */
  | { readonly type: 'awaited' }

export class Idempotency {
  readonly #store: Store
  readonly #underWay = new Map<string, { readonly fingerprint: string; readonly answered: Promise<RouterAnswer> }>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The same call, if it is under way in this process; `mismatch` if another one is under that key. */
  underWay(to: Address, key: string, fingerprint: string): Promise<RouterAnswer> | 'mismatch' | null {
    const found = this.#underWay.get(nameOf(to, key))
    if (found === undefined) return null
    return found.fingerprint === fingerprint ? found.answered : 'mismatch'
  }

  begin(to: Address, key: string, call: { fingerprint: string; answered: Promise<RouterAnswer> }): void {
    const name = nameOf(to, key)
    this.#underWay.set(name, call)
    void call.answered.finally(() => this.#underWay.delete(name))
  }

  async known(to: Address, key: string, fingerprint: string): Promise<Known> {
    const kept = await this.#store.call('idempotent', { to, key })
    if (kept === null) return { type: 'new' }
    if (kept.fingerprint !== fingerprint) return { type: 'mismatch' }
    return kept.answer === null ? { type: 'awaited' } : { type: 'answered', answer: kept.answer }
  }
}

function nameOf(to: Address, key: string): string {
  return `${addressText(to)} ${key}`
}
