/**
 * Runs the messages of one connector. It has no entities and no state: everything runs at once, side by side, in the
 * real world, and commits only what its outcome settles. Effects outside happen at least once, with a key.
 */
import type { CodifiedConnector } from '../../../component/index.ts'
import type { Validators } from '../../../schema/index.ts'
import type { Delivery, Outcome, StoreToCell, ToCell } from '../../../turn/index.ts'
import { Attempt, type AttemptPowers } from './attempt.ts'
import { commitOf, type Done, isEffectless } from './conclude.ts'
import { ConnectorContext } from './connector-context.ts'
import { engineErrors } from './errors.ts'
import { faultOf } from './fault.ts'
import type { ConnectorValue } from './implemented.ts'
import type { Engine, EnginePorts } from './ports.ts'
import { handlerOf, inputOf } from './received.ts'
import { type Conclusion, isThenable } from './run-turn.ts'
import { type Shapes, shapesOf } from './shapes.ts'

export type ConnectorEngineOptions = {
  readonly connector: ConnectorValue
  readonly codified: CodifiedConnector
  readonly validators: Validators
  readonly secrets: Readonly<Record<string, string>>
  readonly epoch: number
  readonly ports: Pick<EnginePorts, 'toHost' | 'toStore' | 'holds'>
}

export function connectorEngine(options: ConnectorEngineOptions): Engine {
  return new ConnectorEngine(options)
}

class ConnectorEngine implements Engine {
  readonly #options: ConnectorEngineOptions
  readonly #shapes: Shapes
  readonly #secrets: Readonly<Record<string, string>>
  readonly #powers: AttemptPowers
  readonly #running = new Map<number, Attempt>()
  #stopping = false

  constructor(options: ConnectorEngineOptions) {
    this.#options = options
    this.#shapes = shapesOf(options.codified, options.validators)
    this.#secrets = Object.freeze({ ...options.secrets })
    const { toHost } = options.ports
    // A connector neither asks nor lists, and fetches by itself: these are never called.
    this.#powers = {
      component: options.codified.contract.name,
      fetchHosts: [],
      toHost,
      resumed: () => {},
      list: () => {},
    }
  }

  get idle(): boolean {
    return this.#running.size === 0
  }

  receive(items: readonly ToCell[]): void {
    for (const item of items) {
      switch (item.type) {
        case 'turn':
        case 'read':
          this.#run(item)
          break
        case 'abandon':
          this.#running.get(item.turn)?.end()
          this.#running.delete(item.turn)
          break
        case 'result':
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

  receiveStore(_items: readonly StoreToCell[]): void {}

  #stopIfIdle(): void {
    if (!this.#stopping || !this.idle) return
    this.#stopping = false
    this.#options.ports.toHost({ type: 'stopped' })
  }

  #run(delivery: Delivery): void {
    const attempt = new Attempt(delivery, this.#powers)
    this.#running.set(attempt.turn, attempt)
    const conclusion = this.#start(attempt)
    if (!isThenable(conclusion)) return this.#conclude(attempt, conclusion)
    conclusion.then((settled) => {
      if (attempt.ended) return
      this.#conclude(attempt, settled)
      this.#stopIfIdle()
    })
  }

  #start(attempt: Attempt): Conclusion | Promise<Conclusion> {
    const { ports } = this.#options
    ports.holds(attempt.turn)
    try {
      const result = this.#handle(attempt)
      if (!isThenable(result)) return this.#replied(attempt, result)
      return Promise.resolve(result).then(
        (settled) => this.#replied(attempt, settled),
        (error) => failed(attempt, error),
      )
    } catch (error) {
      return failed(attempt, error)
    } finally {
      ports.holds(0)
    }
  }

  #handle(attempt: Attempt): unknown {
    const { connector, codified } = this.#options
    const { delivery } = attempt
    const handler = handlerOf(connector.behaviour.handlers, delivery.message, codified.contract)
    const input = inputOf(delivery, this.#shapes)
    const given = { shapes: this.#shapes, config: undefined, secrets: this.#secrets }
    return handler(input as never, new ConnectorContext(attempt, given) as never)
  }

  #replied(attempt: Attempt, result: unknown): Conclusion {
    const { message } = attempt.delivery
    const returned = attempt.rejectionOf(result)
    if (returned !== undefined) return failed(attempt, engineErrors.REJECT_NOT_THROWN({ message }))
    const { text, issues } = this.#shapes.encode(`message.${message}.output`, result)
    if (issues !== null) return failed(attempt, engineErrors.REPLY_INVALID({ message, issues }))
    return doneWith(attempt, { type: 'replied', output: text })
  }

  #conclude(attempt: Attempt, conclusion: Conclusion): void {
    const { ports, epoch } = this.#options
    const { turn, type } = attempt.delivery
    attempt.end()
    this.#running.delete(turn)
    if (conclusion.type === 'faulted')
      return ports.toHost({ type: 'faulted', turn, revision: 0, fault: conclusion.fault })
    if (conclusion.type === 'missing') return ports.toHost({ type: 'missing', turn, revision: 0 })
    const { outcome } = conclusion
    if (outcome.type !== 'deferred' && (type === 'read' || isEffectless(attempt, conclusion))) {
      return ports.toHost({ type: 'answered', turn, revision: 0, sequence: 0, outcome })
    }
    ports.toStore({ type: 'commit', commit: commitOf(attempt, conclusion, { epoch, base: 0, version: '' }) })
    ports.toHost({ type: 'committing', turn })
  }
}

function doneWith({ effects }: Attempt, outcome: Outcome): Done {
  return { type: 'done', outcome, change: { type: 'none' }, effects }
}

function failed(attempt: Attempt, error: unknown): Conclusion {
  const rejected = attempt.rejectionOf(error)
  if (rejected !== undefined) return doneWith(attempt, { type: 'rejected', ...rejected })
  return { type: 'faulted', fault: faultOf(error, attempt.delivery.message) }
}
