/**
 * What is let in: the receiver and its message exist, the sender may send it, key and input satisfy their schemas. Pure
 * functions of the contracts; whether there is room is decided elsewhere.
 */
import { didYouMean, type SelfsameError } from '../base/index.ts'
import type { CodifiedContract, CodifiedMessage } from '../component/index.ts'
import type { Issue, Validators } from '../schema/index.ts'
import { type Address, KEY_LENGTH_MAX, type OutboxRow, type Payload, type TimerRow } from '../turn/index.ts'
import { type Failure, failure, routerErrors } from './errors.ts'

export type Contracted = {
  readonly kind: 'component' | 'connector'
  readonly contract: CodifiedContract
  readonly validators: Validators
  readonly handles: { readonly attached: boolean; readonly detached: boolean }
}
export type Contracts = ReadonlyMap<string, Contracted>

/** Who sends: `system` is another component, or the host itself. */
export type From = 'gateway' | 'route' | 'system'
/** `self`: the entity itself, by a timer or a message. */
type Sender = From | 'self'

const ADMITS: Readonly<Record<Sender, readonly CodifiedMessage['access'][]>> = {
  gateway: ['public'],
  route: ['public', 'system'],
  system: ['public', 'system'],
  self: ['public', 'system', 'self'],
}

/** A refused message may say which issues its input has. */
export type Refused = { readonly error: SelfsameError; readonly issues: readonly Issue[] | null }
type Asked = {
  readonly to: Address
  readonly message: string
  readonly input: Payload
  readonly from: Sender
  readonly read: boolean
}

/** The value of the input as it came, or why it is not let in. */
export function admit(contracts: Contracts, asked: Asked): { readonly value: unknown } | Refused {
  const refused = refuseAddress(contracts, asked.to) ?? refuseMessage(contracts, asked)
  if (refused !== null) return { error: refused, issues: null }
  return checkInput(contracts, asked)
}

export function failureOf({ error, issues }: Refused): Failure {
  return failure(error, issues === null ? {} : { issues })
}

export function refuseAddress(contracts: Contracts, { component, key }: Address): SelfsameError | null {
  const contracted = contracts.get(component)
  if (contracted === undefined) {
    return routerErrors.COMPONENT_UNKNOWN({ component, hint: didYouMean(component, [...contracts.keys()]) })
  }
  const invalid = (why: string) => routerErrors.KEY_INVALID({ component, why })
  if (key.length === 0) return invalid('it is empty')
  if (key.length > KEY_LENGTH_MAX) return invalid(`it is longer than ${KEY_LENGTH_MAX} characters`)
  if (!key.isWellFormed()) return invalid('it holds half of a surrogate pair')
  const issues = contracted.validators.key?.(key) ?? null
  return issues === null ? null : invalid(issuesText(issues))
}

export function messageOf(
  contracts: Contracts,
  { to, message }: Pick<Asked, 'to' | 'message'>,
): CodifiedMessage | null {
  const messages = contracts.get(to.component)?.contract.messages ?? {}
  return Object.hasOwn(messages, message) ? (messages[message] ?? null) : null
}

function refuseMessage(contracts: Contracts, asked: Asked): SelfsameError | null {
  const { to, message, from, read } = asked
  const { component } = to
  const declared = messageOf(contracts, asked)
  if (declared === null) {
    const known = Object.keys(contracts.get(component)?.contract.messages ?? {})
    return routerErrors.MESSAGE_UNKNOWN({ component, message, hint: didYouMean(message, known) })
  }
  if (declared.read !== read) {
    const hint = declared.read ? ' It is a read: ask for it.' : ' It is no read: send it.'
    return routerErrors.MESSAGE_UNKNOWN({ component, message, hint })
  }
  if (ADMITS[from].includes(declared.access)) return null
  return routerErrors.MESSAGE_NOT_PUBLIC({ component, message, access: declared.access })
}

function checkInput(contracts: Contracts, { to, message, input }: Asked): { readonly value: unknown } | Refused {
  const { component } = to
  const refused = (issues: readonly Issue[]): Refused => {
    return { error: routerErrors.INPUT_INVALID({ component, message, why: issuesText(issues) }), issues }
  }
  let value: unknown
  try {
    value = input === null ? undefined : JSON.parse(input)
  } catch {
    return refused([{ path: '', message: 'is not JSON' }])
  }
  const validate = contracts.get(to.component)?.validators[`message.${message}.input`]
  if (validate === undefined) {
    return value === undefined || value === null ? { value } : refused([{ path: '', message: 'takes no value' }])
  }
  const issues = validate(value)
  return issues === null ? { value } : refused(issues)
}

/** Why a message on its way cannot be delivered, or null. The input of a continuation is composed by its receiver. */
export function refuseRow(contracts: Contracts, row: OutboxRow): SelfsameError | null {
  const { to, message, input, sender, fate } = row
  const own = sender !== null && sender.component === to.component && sender.key === to.key
  const asked = { to, message, input, from: own || fate !== null ? 'self' : 'system', read: false } as const
  if (fate !== null) return refuseAddress(contracts, to) ?? refuseMessage(contracts, asked)
  const admitted = admit(contracts, asked)
  return 'error' in admitted ? admitted.error : null
}

export function refuseTimer(contracts: Contracts, { to, message, input }: TimerRow): SelfsameError | null {
  const admitted = admit(contracts, { to, message, input, from: 'self', read: false })
  return 'error' in admitted ? admitted.error : null
}

/** At most five, so that a log line stays readable. */
function issuesText(issues: readonly Issue[]): string {
  const shown = issues.slice(0, 5).map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  return shown.join('; ') + (issues.length > 5 ? `; and ${issues.length - 5} more` : '')
}
