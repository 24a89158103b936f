/**
 * The router's side of its port: calls with one result each, and verdicts in between. Whatever the store told before
 * a result is heard before it: when `endEpoch` resolves, every verdict under that epoch has been given.
 */
import { batcher, SelfsameError } from '../base/index.ts'
import type { Store, StoreCall, StoreCalls, StoreToRouter, Verdict } from '../turn/index.ts'
import { storeErrors } from './errors.ts'
import type { Port } from './port.ts'

export interface StoreClient extends Store {
  /** One listener, set before the first cell is connected. In commit order. */
  onVerdicts(heard: (verdicts: readonly Verdict[]) => void): void
}

export type StoreClientPowers = {
  readonly port: Port<StoreCall, StoreToRouter>
  readonly schedule: (then: () => void) => void
}

export function storeClient({ port, schedule }: StoreClientPowers): StoreClient & { stop(because: string): void } {
  const pending = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  let stopped: string | undefined
  let heard: (verdicts: readonly Verdict[]) => void = () => {}
  const calls = batcher<StoreCall>({ schedule, post: (items) => port.postMessage(items) })

  port.on('message', (items) => {
    let verdicts: Verdict[] = []
    for (const item of items) {
      if (item.type === 'verdict') {
        verdicts.push(item.verdict)
        continue
      }
      if (verdicts.length > 0) heard(verdicts)
      verdicts = []
      const call = pending.get(item.id)
      pending.delete(item.id)
      if (item.type === 'result') call?.resolve(item.value)
      else call?.reject(new SelfsameError({ ...item, facts: {} }))
    }
    if (verdicts.length > 0) heard(verdicts)
  })

  return {
    call<N extends keyof StoreCalls>(name: N, take: StoreCalls[N][0]): Promise<StoreCalls[N][1]> {
      if (stopped !== undefined) return Promise.reject(storeErrors.STORE_STOPPED({ because: stopped }))
      lastId += 1
      const call = Promise.withResolvers<unknown>()
      pending.set(lastId, call)
      calls.push({ type: 'call', id: lastId, name, take } as StoreCall)
      return call.promise as Promise<StoreCalls[N][1]>
    },
    onVerdicts(listener) {
      heard = listener
    },
    /** Rejects what is pending with STORE_STOPPED, and everything after it. */
    stop(because) {
      stopped ??= because
      for (const call of pending.values()) call.reject(storeErrors.STORE_STOPPED({ because }))
      pending.clear()
    },
  }
}
