/**
 * One turn from its delivery to its conclusion: parse the draft, run the handler, check what it left. Nothing here
 * sends anything; a conclusion is data, and whether it still counts is decided by the engine.
 */
import { messageOf } from '../../../base/index.ts'
import type { CodifiedContract } from '../../../component/index.ts'
import type { Change, Fault, Indexed, Outcome } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'
import { bringUp, type Chain } from './bring-up.ts'
import { type Effects, noEffects } from './effects.ts'
import type { Copy } from './entities.ts'
import { engineErrors } from './errors.ts'
import { faultOf } from './fault.ts'
import type { ComponentValue, ConnectionHandler, Handler } from './implemented.ts'
import { deepFrozen, notJson, utf8Bytes } from './plain-json.ts'
import type { EnginePorts } from './ports.ts'
import { ReadContext } from './read-context.ts'
import { handlerOf, inputOf } from './received.ts'
import type { Shapes } from './shapes.ts'
import { TurnContext, type TurnGiven } from './turn-context.ts'

export type Conclusion =
  | { readonly type: 'missing' }
  | { readonly type: 'faulted'; readonly fault: Fault }
  | { readonly type: 'done'; readonly outcome: Outcome; readonly change: Change; readonly effects: Effects }

export type RunGiven = {
  readonly component: ComponentValue
  readonly codified: CodifiedContract
  readonly shapes: Shapes
  readonly chain: Chain
  readonly entityBytesMax: number
  readonly turns: TurnGiven
  readonly ports: EnginePorts
}

const KEEP: Change = { type: 'keep' }
const MISSING: Conclusion = { type: 'missing' }

/** Runs a turn on a copy; a promise only if the handler gave one. Brings the copy up to the current version first. */
export function runTurn(attempt: Attempt, copy: Copy, given: RunGiven): Conclusion | Promise<Conclusion> {
  return guarded(attempt, given, () => {
    const { message, to, cause } = attempt.delivery
    bringUpIfOlder(copy, attempt, given)
    const isConnection = cause.type === 'connection'
    const handler = isConnection ? null : messageHandler(given, message)
    const input = isConnection ? undefined : inputOf(attempt.delivery, given.shapes)
    const turn = new TurnContext(attempt, given.turns)
    if (copy.text === null && (isConnection || given.codified.messages[message]?.creates !== true)) return MISSING
    const draft = copy.text === null ? born(attempt, { input, turn }, given) : JSON.parse(copy.text)
    const result = isConnection
      ? connectionHandler(given, cause.event)?.(draft, attempt.delivery.caller.connection ?? '', turn)
      : handler?.(draft, input, turn)
    const left = { draft, copy, isConnection, key: to.key }
    if (!isThenable(result)) return concluded(attempt, { ...left, result }, given)
    return Promise.resolve(result).then(
      (settled) => guarded(attempt, given, () => concluded(attempt, { ...left, result: settled }, given)),
      (error) => failed(attempt, error),
    )
  })
}

/** Runs a read on the last computed state, which it cannot change: it is frozen. */
export function runRead(attempt: Attempt, copy: Copy, given: RunGiven): Conclusion {
  return guarded<Conclusion>(attempt, given, () => {
    const { message } = attempt.delivery
    bringUpIfOlder(copy, attempt, given)
    const handler = messageHandler(given, message)
    const input = inputOf(attempt.delivery, given.shapes)
    if (copy.text === null) return MISSING
    copy.frozen ??= deepFrozen(JSON.parse(copy.text))
    const turn = new ReadContext(attempt, given.turns)
    const result = handler(copy.frozen, input, turn)
    if (isThenable(result)) {
      result.then(undefined, () => {})
      throw engineErrors.READ_WAITS({ message })
    }
    return { type: 'done', outcome: outcomeOf(attempt, result, given), change: KEEP, effects: attempt.effects }
  })
}

/** Author's code runs here and nowhere else: marked for the watchdog, in the turn's world, every throw a conclusion. */
function guarded<T>(attempt: Attempt, { ports }: RunGiven, body: () => T): T | Conclusion {
  ports.holds(attempt.turn)
  try {
    return ports.within(attempt, body)
  } catch (error) {
    return failed(attempt, error)
  } finally {
    ports.holds(0)
  }
}

/** A rejection is an outcome and drops all else; everything else that is thrown is a fault. */
function failed(attempt: Attempt, error: unknown): Conclusion {
  const rejected = attempt.rejectionOf(error)
  if (rejected === undefined) return { type: 'faulted', fault: faultOf(error, attempt.delivery.message) }
  return { type: 'done', outcome: { type: 'rejected', ...rejected }, change: KEEP, effects: noEffects() }
}

function bringUpIfOlder(copy: Copy, attempt: Attempt, { chain, shapes }: RunGiven): void {
  if (copy.version === chain.versions.at(-1)) return
  bringUp(copy, { key: attempt.delivery.to.key, chain, shapes })
}

function messageHandler({ component, codified }: RunGiven, message: string): Handler {
  return handlerOf(component.behaviour.handlers, message, codified) as Handler
}

function connectionHandler({ component }: RunGiven, event: 'attached' | 'detached'): ConnectionHandler | undefined {
  return component.behaviour[event] as ConnectionHandler | undefined
}

/** The first state of an entity, through text and back like every other. */
function born(attempt: Attempt, { input, turn }: { input: unknown; turn: TurnContext }, given: RunGiven): unknown {
  const { message, to } = attempt.delivery
  const creating = Object.values(given.codified.messages).filter(({ creates }) => creates)
  const created = creating.length > 1 ? { message, input } : input
  const initial = given.component.behaviour.initial(to.key, created as never, turn as never)
  const lost = notJson(initial)
  if (lost !== null) throw engineErrors.STATE_INVALID({ issues: [lost] })
  const draft: unknown = JSON.parse(JSON.stringify(initial))
  const issues = given.shapes.check('state', draft)
  if (issues !== null) throw engineErrors.STATE_INVALID({ issues })
  return draft
}

type Left = { readonly draft: unknown; readonly copy: Copy; readonly isConnection: boolean; readonly result: unknown }

/** What the handler left behind, checked. The output comes last: it may share parts with the draft. */
function concluded(attempt: Attempt, left: Left, given: RunGiven): Conclusion {
  const { effects } = attempt
  const change: Change = effects.destroyed ? { type: 'destroy' } : changeOf(left.draft, left.copy, given)
  const outcome: Outcome = left.isConnection
    ? { type: 'replied', output: null }
    : outcomeOf(attempt, left.result, given)
  return { type: 'done', outcome, change, effects }
}

function changeOf(draft: unknown, copy: Copy, given: RunGiven): Change {
  const lost = notJson(draft)
  if (lost !== null) throw engineErrors.STATE_INVALID({ issues: [lost] })
  let state = JSON.stringify(draft)
  if (state === copy.text && !copy.converted) return KEEP
  const issues = given.shapes.check('state', draft)
  if (issues !== null) throw engineErrors.STATE_INVALID({ issues })
  if (given.shapes.fills('state')) state = JSON.stringify(draft)
  assertSize(state, copy.text, given.entityBytesMax)
  assertInvariants(draft, given)
  return { type: 'put', state, indexes: indexesOf(draft, given) }
}

function assertSize(state: string, before: string | null, limit: number): void {
  // A character takes at most three bytes, so most records need no counting.
  if (state.length * 3 <= limit) return
  const bytes = utf8Bytes(state)
  if (bytes <= limit || (before !== null && bytes < utf8Bytes(before))) return
  throw engineErrors.ENTITY_TOO_LARGE({ bytes, limit })
}

function assertInvariants(draft: unknown, { component }: RunGiven): void {
  for (const [invariant, holds] of Object.entries(component.behaviour.invariants ?? {})) {
    let verdict: unknown
    try {
      verdict = holds(draft as never)
    } catch (error) {
      throw engineErrors.INVARIANT_BROKEN({ invariant, reason: `: it threw ${messageOf(error)}` }, error)
    }
    if (verdict === true) continue
    const reason = verdict === false ? '' : ': it gave something other than true or false'
    throw engineErrors.INVARIANT_BROKEN({ invariant, reason })
  }
}

function indexesOf(draft: unknown, { component }: RunGiven): Indexed[] {
  return Object.entries(component.indexes ?? {}).map(([name, compute]) => {
    const value = compute(draft as never)
    if (typeof value === 'string' || typeof value === 'boolean') return { name, value }
    if (typeof value === 'number' && Number.isFinite(value)) return { name, value }
    throw engineErrors.INDEX_INVALID({ index: name, got: value === null ? 'null' : typeof value })
  })
}

function outcomeOf(attempt: Attempt, result: unknown, { shapes }: RunGiven): Outcome {
  const { message } = attempt.delivery
  const { wait } = attempt.effects
  if (wait !== null) {
    if (result !== wait.token) throw engineErrors.DEFER_NOT_RETURNED({ message })
    return { type: 'deferred', token: wait.token }
  }
  if (attempt.rejectionOf(result) !== undefined) throw engineErrors.REJECT_NOT_THROWN({ message })
  const { text, issues } = shapes.encode(`message.${message}.output`, result)
  if (issues !== null) throw engineErrors.REPLY_INVALID({ message, issues })
  return { type: 'replied', output: text }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
