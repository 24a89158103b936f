/**
 * A connector talks to the world outside: a database, a queue, a mail server. Stateless, an ordinary worker with full
 * Node and any package, reached by `send` and `ask` like a component; its effects happen at least once, with a key.
 */
import type { ConnectorBehaviour } from './behaviour.ts'
import type { Contract, MessageName, Messages, Received, Returned } from './contract.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import type { Maybe } from './leftovers.ts'
import type { ReadTurn } from './turn.ts'

export interface ConnectorTurn<C extends Contract, N extends MessageName<C>, Secret extends string>
  extends ReadTurn<C, N> {
  readonly secrets: Readonly<Record<Secret, string>>
  /** Effects happen at least once: pass this on, so that the other side can tell. */
  readonly idempotencyKey: string
}

type ConnectorHandlers<M, C extends Contract, Secret extends string> = {
  [N in keyof M]: (input: Received<M[N]>, turn: ConnectorTurn<C, N & MessageName<C>, Secret>) => Maybe<Returned<M[N]>>
}

export type Connector = {
  readonly kind: 'connector'
  readonly contract: Contract
  readonly secrets: readonly string[]
  readonly behaviour: ConnectorBehaviour
}

/** Secrets come from the environment or from files, so they are named as variables are. */
const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,62}$/

/**
 * Declares a connector. Secrets exist here alone: never in a release, a recording or `status`.
 * @throws CONNECTOR_INVALID
 */
export function connector<C extends Contract, const Secret extends string = never>(
  contract: C,
  declared: { secrets?: readonly Secret[] },
): {
  /** @throws CONNECTOR_INVALID */
  implement(behaviour: { handlers: ConnectorHandlers<Messages<C>, C, Secret> }): Connector
} {
  const where = contract.name
  const secrets: readonly string[] = [...(declared.secrets ?? [])]
  for (const secret of secrets) {
    if (typeof secret === 'string' && SECRET_NAME.test(secret)) continue
    throw componentErrors.CONNECTOR_INVALID({
      where,
      because: `'${secret}' is no name of a secret, such as 'SMTP_URL'`,
    })
  }
  const creating = Object.entries(contract.definition.messages).find(([, message]) => message.creates)
  if (creating) {
    throw componentErrors.CONNECTOR_INVALID({
      where,
      because: `'${creating[0]}' creates, and a connector has no entities`,
    })
  }
  return Object.freeze({
    implement(behaviour: { handlers: object }) {
      if (typeof behaviour?.handlers !== 'object' || behaviour.handlers === null) {
        throw componentErrors.CONNECTOR_INVALID({ where, because: "it has no 'handlers'" })
      }
      const untyped = freezePlain(behaviour) as unknown as ConnectorBehaviour
      return Object.freeze({ kind: 'connector', contract, secrets: Object.freeze(secrets), behaviour: untyped })
    },
  })
}
