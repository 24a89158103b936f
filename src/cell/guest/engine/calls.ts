/**
 * `turn.send(Ledger, 'ada').hold({ ... })`: objects with one function per message of a contract. One class per contract,
 * made at its first use, so that a send costs one small object.
 */
import { didYouMean } from '../../../base/index.ts'
import { KEY_LENGTH_MAX } from '../../../turn/index.ts'
import { engineErrors } from './errors.ts'
import type { ContractValue } from './implemented.ts'

/** What all functions of one object do. */
export type Call = (message: string, input: unknown) => unknown
/** Makes the object for one contract. */
export type CallsFactory = (contract: ContractValue, call: Call) => object

export function callsFactory(): CallsFactory {
  const classes = new WeakMap<ContractValue, new (call: Call) => object>()
  return (contract, call) => {
    const known = classes.get(contract)
    if (known !== undefined) return new known(call)
    const made = callsClass(contract)
    classes.set(contract, made)
    return new made(call)
  }
}

function callsClass(contract: ContractValue): new (call: Call) => object {
  class Calls {
    readonly #call: Call
    constructor(call: Call) {
      this.#call = call
    }
    static {
      for (const message of Object.keys(contract.definition.messages)) {
        Object.defineProperty(Calls.prototype, message, {
          value(this: Calls, input: unknown) {
            return this.#call(message, input)
          },
        })
      }
    }
  }
  // Found only for names that the contract does not have; what is asked of every value stays undefined.
  Object.setPrototypeOf(
    Calls.prototype,
    new Proxy(Object.freeze({}), { get: (_, name) => unknownCall(contract, name) }),
  )
  // One class serves all turns: what a handler wrote on it, the next turn would find.
  Object.freeze(Calls.prototype)
  return Object.freeze(Calls)
}

const ASKED_OF_EVERY_VALUE: readonly PropertyKey[] = ['then', 'toJSON', 'constructor', 'toString', 'valueOf', 'inspect']

function unknownCall({ name: component, definition }: ContractValue, name: string | symbol): undefined {
  if (typeof name === 'symbol' || ASKED_OF_EVERY_VALUE.includes(name)) return undefined
  const hint = didYouMean(name, Object.keys(definition.messages))
  throw engineErrors.MESSAGE_NOT_HANDLED({ component, message: name, hint })
}

/** Whether a value looks like what `contract(...)` makes. */
export function isContract(value: unknown): value is ContractValue {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('definition' in value)) return false
  const { name, definition } = value
  if (typeof name !== 'string' || typeof definition !== 'object' || definition === null) return false
  return 'messages' in definition && typeof definition.messages === 'object' && definition.messages !== null
}

export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= KEY_LENGTH_MAX && value.isWellFormed()
}

/** What is wrong with a key that `isKey` refuses. */
export const KEY_WANTED = `a key is a well-formed text of 1 to ${KEY_LENGTH_MAX} characters`
