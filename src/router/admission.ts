/**
 * Who may enter: the component and the message are known, the sender may send it, the key and the input are valid. What
 * passes carries its input as the JSON text of the validated value, with defaults filled in.
 */
import { didYouMean, messageOf, type SelfsameError } from '../base/index.ts'
import type { CodifiedMessage } from '../component/index.ts'
import { type Address, KEY_LENGTH_MAX, type Payload } from '../turn/index.ts'
import { routerErrors } from './errors.ts'
import type { Addressee, From } from './options.ts'

const ACCESS: Readonly<Record<From, readonly CodifiedMessage['access'][]>> = {
  gateway: ['public'],
  route: ['public', 'system'],
  system: ['public', 'system'],
}

/** A text that is not well-formed Unicode cannot be stored and found again. */
const LONE_SURROGATE = /\p{Surrogate}/u

export type Admitted = { readonly addressee: Addressee; readonly message: CodifiedMessage; readonly input: Payload }

export function admit(
  contracts: ReadonlyMap<string, Addressee>,
  asked: { to: Address; message: string; input: Payload; from: From },
): Admitted | SelfsameError {
  const { to, message, input, from } = asked
  const { component } = to
  const addressee = contracts.get(component)
  if (addressee === undefined) {
    return routerErrors.COMPONENT_UNKNOWN({ component, hint: didYouMean(component, [...contracts.keys()]) })
  }
  const { messages } = addressee.contract
  const codified = Object.hasOwn(messages, message) ? messages[message] : undefined
  if (codified === undefined) {
    // A client is told of public names alone.
    const names = Object.keys(messages).filter((name) => ACCESS[from].includes(messages[name]?.access ?? 'self'))
    return routerErrors.MESSAGE_NOT_KNOWN({ component, message, hint: didYouMean(message, names) })
  }
  if (!ACCESS[from].includes(codified.access)) return routerErrors.MESSAGE_NOT_PUBLIC({ component, message })
  const problem = keyProblem(addressee, to.key)
  if (problem !== null) return routerErrors.KEY_INVALID({ component, problem })
  const checked = checkInput(addressee, { message, input })
  return checked.type === 'valid' ? { addressee, message: codified, input: checked.input } : checked.error
}

export function keyProblem({ validators }: Addressee, key: string): string | null {
  if (key.length === 0) return 'is empty'
  if (key.length > KEY_LENGTH_MAX) return `is longer than ${KEY_LENGTH_MAX} characters`
  if (LONE_SURROGATE.test(key)) return 'is no well-formed Unicode text'
  const issues = validators.key?.(key) ?? null
  return issues === null ? null : issues.map(({ message }) => message).join('; ')
}

export function checkInput(
  { contract, validators }: Addressee,
  { message, input }: { message: string; input: Payload },
): { type: 'valid'; input: Payload } | { type: 'invalid'; error: SelfsameError } {
  const component = contract.name
  const invalid = (issue: string) => ({
    type: 'invalid' as const,
    error: routerErrors.INPUT_INVALID({ component, message, issues: [{ path: '', message: issue }] }),
  })
  const validate = validators[`message.${message}.input`]
  if (validate === undefined) {
    return input === null || input === 'null' ? { type: 'valid', input: null } : invalid('takes no input')
  }
  let value: unknown
  try {
    value = JSON.parse(input ?? 'null')
  } catch (error) {
    return invalid(`is not JSON (${messageOf(error)})`)
  }
  const issues = validate(value)
  if (issues === null) return { type: 'valid', input: JSON.stringify(value) }
  return { type: 'invalid', error: routerErrors.INPUT_INVALID({ component, message, issues }) }
}
