/** Runs the system file's own functions: who a caller is, and the sums of the system's invariants. */
import { messageOf } from '../../../base/index.ts'
import type { FromGuest, ToGuest } from '../../cell-items.ts'
import type { FoldPlan, ToEdge } from '../../edge-items.ts'
import type { GuestEngine } from '../guest-engine.ts'

type Invariant = {
  readonly entities?: Readonly<Record<string, (state: unknown) => number>> | undefined
  readonly messages?: Readonly<Record<string, Readonly<Record<string, (input: unknown) => number>>>> | undefined
  readonly holds: (sum: number) => boolean
}

/** The default export of a system file, as far as it is looked at here. */
export type SystemValue = {
  readonly gateways: readonly { readonly authenticate?: (request: Request) => string | Promise<string> }[]
  readonly invariants: Readonly<Record<string, Invariant>>
}

/** UTF-16 code units of an identity: it stands in every row and log line. */
const IDENTITY_LENGTH_MAX = 256

type Asked<T extends ToEdge['type']> = Extract<ToEdge, { type: T }>

export type EdgeEngineOptions = { readonly system: SystemValue; readonly toHost: (item: FromGuest) => void }

export function edgeEngine({ system, toHost }: EdgeEngineOptions): GuestEngine {
  let running = 0
  let stopping = false
  const stopIfIdle = () => {
    if (stopping && running === 0) toHost({ type: 'stopped' })
  }

  const authenticate = async ({ id, gateway, method, url, headers }: Asked<'authenticate'>) => {
    running++
    try {
      const request = new Request(url, {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
      })
      const identity: unknown = (await system.gateways[gateway]?.authenticate?.(request)) ?? 'anonymous'
      const reason = identityProblem(identity)
      if (reason !== null) toHost({ type: 'unidentified', id, reason })
      else toHost({ type: 'identified', id, identity: identity as string })
    } catch (error) {
      toHost({ type: 'unidentified', id, reason: messageOf(error) })
    }
    running--
    stopIfIdle()
  }

  const receive = (item: ToGuest) => {
    switch (item.type) {
      case 'authenticate':
        return void authenticate(item)
      case 'fold':
        return toHost(attempt(item.id, () => ({ type: 'folded', id: item.id, sum: sumOf(system, item) })))
      case 'holds':
        return toHost(attempt(item.id, () => ({ type: 'judged', id: item.id, holds: holds(system, item) })))
      case 'folds':
        return toHost({ type: 'folding', id: item.id, plans: plans(system) })
      case 'stop':
        stopping = true
        return stopIfIdle()
      default:
        // Nothing else is addressed to the edge.
        return
    }
  }
  return { receive: (items) => items.forEach(receive), receiveStore() {} }
}

function attempt(id: number, run: () => FromGuest): FromGuest {
  try {
    return run()
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    return { type: 'edge-failed', id, message: messageOf(error), stack }
  }
}

function identityProblem(identity: unknown): string | null {
  if (typeof identity !== 'string' || identity === '') return `authenticate gave ${String(identity)}, expected a name`
  if (identity.length > IDENTITY_LENGTH_MAX)
    return `authenticate gave a name of more than ${IDENTITY_LENGTH_MAX} characters`
  return null
}

function invariantOf(system: SystemValue, name: string): Invariant {
  const found = Object.hasOwn(system.invariants, name) ? system.invariants[name] : undefined
  if (found === undefined) throw new Error(`The system has no invariant '${name}'`)
  return found
}

function sumOf(system: SystemValue, { invariant, of, texts }: Asked<'fold'>): number {
  const { entities, messages } = invariantOf(system, invariant)
  const fold = of.message === null ? entities?.[of.component] : messages?.[of.component]?.[of.message]
  if (fold === undefined) throw new Error(`The invariant '${invariant}' sums nothing over '${of.component}'`)
  let sum = 0
  for (const text of texts) {
    const part: unknown = fold(JSON.parse(text))
    if (typeof part !== 'number' || !Number.isFinite(part))
      throw new TypeError(`The invariant '${invariant}' gave ${String(part)}, expected a number`)
    sum += part
  }
  return sum
}

function holds(system: SystemValue, { invariant, sum }: Asked<'holds'>): boolean {
  return invariantOf(system, invariant).holds(sum) === true
}

function plans(system: SystemValue): FoldPlan[] {
  return Object.entries(system.invariants).map(([invariant, { entities = {}, messages = {} }]) => ({
    invariant,
    entities: Object.keys(entities),
    messages: Object.entries(messages).flatMap(([component, folds]) =>
      Object.keys(folds).map((message) => ({ component, message })),
    ),
  }))
}
