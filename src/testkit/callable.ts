/** What `system.at(Auction, 'lot-1')` is: one function per message, each a call through the router's admission. */
import { type Contract, callsOf, rejectionError } from '../component/index.ts'
import type { From } from '../router/index.ts'
import type { Caller } from '../turn/index.ts'
import type { Boot } from './boot.ts'
import { testkitErrors } from './errors.ts'

/** `boot` is asked at every call: after a crash it is another one. */
export function callable(boot: () => Boot, target: { to: Contract; key: string; caller: Caller; from: From }): unknown {
  const { to, key, caller, from } = target
  return callsOf(to, async (message, input) => {
    const answer = await boot().call({
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
        throw Object.assign(testkitErrors.CALL_FAILED({ code: answer.code, problem: answer.message }), {
          code: answer.code,
        })
      default:
        return answer satisfies never
    }
  })
}
