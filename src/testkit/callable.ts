/** What `system.at(Auction, 'lot-1')` is: one function per message, each a call through the router's admission. */
import { SelfsameError } from '../base/index.ts'
import { type Contract, callsOf, rejectionError } from '../component/index.ts'
import type { From, RouterAnswer } from '../router/index.ts'
import type { Address, Caller, Payload } from '../turn/index.ts'

export type Call = {
  to: Address
  message: string
  input: Payload
  caller: Caller
  from: From
  read: boolean
  idempotencyKey?: string
}
/** What takes calls: one life of the system. */
export type Callee = { call(call: Call): Promise<RouterAnswer> }

/** `life` is asked for at every call: after a crash it is another one. */
export function callable(
  life: () => Callee,
  target: { to: Contract; key: string; caller: Caller; from: From },
): unknown {
  const { to, key, caller, from } = target
  return callsOf(to, async (message, input) => {
    const answer = await life().call({
      to: { component: to.name, key },
      message,
      input: input === undefined ? null : JSON.stringify(input),
      caller,
      from,
      read: to.definition.messages[message]?.read === true,
    })
    switch (answer.type) {
      case 'replied':
        return answer.output === null ? undefined : JSON.parse(answer.output)
      case 'rejected':
        throw rejectionError({ component: to.name, message }, { code: answer.code, data: JSON.parse(answer.data) })
      case 'failed':
        throw failed(answer)
      default:
        return answer satisfies never
    }
  })
}

/** What the gateway would have answered: the host's code and words. */
export function failed({ code, message, remedy, issues }: Extract<RouterAnswer, { type: 'failed' }>): SelfsameError {
  const seeLog = 'Pass `log` to testSystem to hear what the host says about it.'
  return new SelfsameError({ code, message, remedy: remedy ?? seeLog, facts: { issues } })
}
