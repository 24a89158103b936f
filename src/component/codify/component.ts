/** A component or a connector as data, and what its author forgot: handlers, indexes, a message that creates. */
import { didYouMean } from '../../base/index.ts'
import { allPartsOf, type JsonSchema } from '../../schema/index.ts'
import type { CodifiedComponent, CodifiedConnector, CodifiedContract } from '../codified.ts'
import type { Component } from '../component.ts'
import type { Connector } from '../connector.ts'
import type { Contract } from '../contract.ts'
import { componentErrors } from '../errors.ts'
import { codifyChain } from './chain.ts'
import { type Codified, type Collected, collected } from './collected.ts'
import { codifyContract } from './contract.ts'

/** Codifies what `component().implement()` made. With findings of severity 'refusal' the codified form is not to be used. */
export function codifyComponent(component: Component): Codified<CodifiedComponent> {
  const found = collected()
  const { name } = component.contract
  const contract = codifyContract(component.contract, indexesOf(component, found), found)
  const state = found.schema(component.state, { where: `${name} state`, bounded: true })
  const config = component.config && found.schema(component.config, { where: `${name} config`, bounded: false })
  checkHandlers(component, found)
  checkWaits(contract, state, found)
  const { behaviour } = component
  if (typeof behaviour.initial !== 'function') found.refuse(componentErrors.INITIAL_MISSING({ where: name }))
  if (!Object.values(contract.messages).some(({ creates }) => creates)) {
    found.warn(componentErrors.NOTHING_CREATES({ where: name }))
  }
  const codified: CodifiedComponent = {
    kind: 'component',
    contract,
    state,
    config: config ?? null,
    chain: codifyChain(component.migrations.map(({ steps }) => steps)),
    invariants: Object.keys(behaviour.invariants ?? {}),
    handles: {
      attached: behaviour.attached !== undefined,
      detached: behaviour.detached !== undefined,
      cache: behaviour.cache !== undefined,
    },
    permissions: {
      fetch: [...component.permissions.fetch].sort(),
      node: [...component.permissions.node].sort(),
    },
    hardened: component.hardened,
  }
  return { codified, findings: found.findings }
}

/** Codifies what `connector().implement()` made. */
export function codifyConnector(connector: Connector): Codified<CodifiedConnector> {
  const found = collected()
  const contract = codifyContract(connector.contract, [], found)
  checkHandlers(connector, found)
  return { codified: { kind: 'connector', contract, secrets: [...connector.secrets] }, findings: found.findings }
}

/** A contract that declares indexes has to name all that the component computes; one that declares none names none. */
function indexesOf({ contract, indexes }: Component, found: Collected): readonly string[] {
  const computed = Object.keys(indexes)
  const promised = contract.definition.indexes
  if (!promised) return computed
  const declared = Object.keys(promised)
  for (const index of declared) {
    if (computed.includes(index)) continue
    found.refuse(componentErrors.INDEX_MISMATCH({ where: contract.name, index, declared: true }))
  }
  for (const index of computed) {
    if (declared.includes(index)) continue
    found.refuse(componentErrors.INDEX_MISMATCH({ where: contract.name, index, declared: false }))
  }
  return declared
}

type Handled = {
  readonly contract: Contract
  readonly behaviour: { readonly handlers: Readonly<Record<string, unknown>> }
}

function checkHandlers({ contract, behaviour: { handlers } }: Handled, found: Collected): void {
  const messages = Object.keys(contract.definition.messages)
  for (const message of messages) {
    if (Object.hasOwn(handlers, message) && typeof handlers[message] === 'function') continue
    found.refuse(componentErrors.HANDLER_MISSING({ where: contract.name, message }))
  }
  for (const name of Object.keys(handlers)) {
    if (messages.includes(name)) continue
    found.refuse(componentErrors.HANDLER_UNKNOWN({ where: contract.name, name, hint: didYouMean(name, messages) }))
  }
}

/** A wait that lies in state must be for a message of the entity's own. */
function checkWaits({ name, messages }: CodifiedContract, state: JsonSchema, found: Collected): void {
  const answerable = Object.keys(messages).filter((message) => !messages[message]?.read)
  for (const { schema, path } of allPartsOf(state)) {
    const message = schema.replyTo
    if (message === undefined || answerable.includes(message)) continue
    const where = `${name} state, ${path}`
    found.refuse(componentErrors.REPLY_TO_UNKNOWN({ where, message, hint: didYouMean(message, answerable) }))
  }
}
