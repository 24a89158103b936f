/** What the store's tests share: an engine in memory, commits with everything that a test does not care about filled in. */
import type {
  CellToStore,
  Commit,
  EntityRecord,
  StoreCalls,
  StoreResult,
  StoreToCell,
  StoreToRouter,
  Verdict,
} from '../turn/index.ts'
import type { BatchCall } from './calls.ts'
import { ROUTER_PORT, type StoreEngine, type StoreItem } from './engine.ts'
import type { StoreLimits } from './limits.ts'
import { openStore } from './open.ts'

export const A = { component: 'auction', key: 'lot-1' }
export const B = { component: 'ledger', key: 'ann' }
const CELL_PORT = 7

export function openTestStore(options: { path?: string; limits?: Partial<StoreLimits> } = {}): StoreEngine {
  const { path = ':memory:', limits = {} } = options
  return openStore({ path, limits, monotonicMs: () => 0, newStoreId: () => 'store-1' })
}

type Committed = Extract<Verdict, { type: 'committed' }>
type Refused = Extract<Verdict, { type: 'refused' }>
export type Given = Partial<Omit<Commit, 'change'>> & { readonly change?: Commit['change'] | string }

/** A commit of the first epoch that puts a state, answers request 1 and has no effects. */
export function commitOf(given: Given = {}): Commit {
  const { change = '{}', ...rest } = given
  return {
    turn: 1,
    to: A,
    message: 'bid',
    caller: { identity: 'ann', connection: null },
    epoch: 1,
    lease: 1,
    base: 0,
    version: 'v1',
    nowMs: 1_000,
    cause: { type: 'request', request: 1, idempotency: null },
    outcome: { type: 'replied', output: null },
    waitUntilMs: null,
    sends: [],
    timers: [],
    events: [],
    replies: [],
    ...rest,
    change: typeof change === 'string' ? { type: 'put', state: change, indexes: [] } : change,
  }
}

/** The engine with one question per line. `commit` fails the test if the store refuses. */
export function tester(engine: StoreEngine) {
  const ask = (item: CellToStore | BatchCall, port = ROUTER_PORT): StoreToCell | StoreToRouter => {
    const reply = engine.applyBatch([{ port, item }])[0]?.reply
    if (reply === undefined) throw new Error('no reply')
    return reply
  }
  const decide = (...commits: Given[]): Verdict[] => {
    const items: StoreItem[] = commits.map((given) => ({
      port: CELL_PORT,
      item: { type: 'commit', commit: commitOf(given) },
    }))
    return engine.applyBatch(items).map(({ reply }) => {
      if (reply.type !== 'verdict') throw new Error(`no verdict, but ${reply.type}`)
      return reply.verdict
    })
  }
  const call = <N extends BatchCall['name']>(name: N, take: StoreCalls[N][0]): StoreCalls[N][1] => {
    const reply = ask({ type: 'call', id: 1, name, take } as BatchCall) as StoreResult
    if (reply.type === 'failed') throw Object.assign(new Error(reply.message), { code: reply.code })
    return reply.value as StoreCalls[N][1]
  }
  return {
    call,
    decide,
    open(...components: string[]) {
      for (const component of components.length > 0 ? components : [A.component, B.component])
        call('openEpoch', { component })
    },
    commit(given: Given = {}): Committed {
      const verdict = decide(given)[0]
      if (verdict?.type !== 'committed') throw new Error(`refused: ${verdict?.because} ${verdict?.message}`)
      return verdict
    },
    refuse(given: Given = {}): Refused {
      const verdict = decide(given)[0]
      if (verdict?.type !== 'refused') throw new Error('not refused')
      return verdict
    },
    load(at: { component: string; key: string }): EntityRecord | null {
      const reply = ask({ type: 'load', id: 1, ...at }, CELL_PORT)
      if (reply.type !== 'loaded') throw new Error(`not loaded, but ${reply.type}`)
      return reply.record
    },
  }
}

/** A store in memory with both components' first epochs open. */
export function openTester(limits: Partial<StoreLimits> = {}) {
  const engine = openTestStore({ limits })
  const store = tester(engine)
  store.open()
  return { ...store, engine }
}
