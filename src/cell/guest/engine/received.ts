/** What a delivery brings, checked: the gateway and the router did so too, but a row may be older than this release. */
import { didYouMean } from '../../../base/index.ts'
import type { CodifiedContract } from '../../../component/index.ts'
import type { Delivery } from '../../../turn/index.ts'
import { composedInput, parsed } from './continuation.ts'
import { engineErrors } from './errors.ts'
import type { Shapes } from './shapes.ts'

/** The handler of the delivered message. @throws MESSAGE_NOT_HANDLED */
export function handlerOf<H>(handlers: Readonly<Record<string, H>>, message: string, contract: CodifiedContract): H {
  const handler = Object.hasOwn(contract.messages, message) ? handlers[message] : undefined
  if (handler !== undefined) return handler
  const hint = didYouMean(message, Object.keys(contract.messages))
  throw engineErrors.MESSAGE_NOT_HANDLED({ component: contract.name, message, hint })
}

/** The input with defaults filled in; a continuation's is composed first. @throws INPUT_INVALID */
export function inputOf(delivery: Delivery, shapes: Shapes): unknown {
  const { message, cause } = delivery
  const isContinuation = cause.type === 'message' && cause.fate !== null
  const input = isContinuation ? composedInput(delivery, shapes.fields(message)) : parsed(delivery.input)
  const issues = shapes.check(`message.${message}.input`, input)
  if (issues !== null) throw engineErrors.INPUT_INVALID({ message, issues })
  return input
}
