/** What a turn may await of other entities: their reads, one at a time, and lists of their keys. */
import type { Page } from '../../../turn/index.ts'
import type { Attempt } from './attempt.ts'
import { LIST_LIMIT_MAX } from './bounds.ts'
import { type CallsFactory, isContract, isKey, KEY_WANTED } from './calls.ts'
import { engineErrors, issuesText } from './errors.ts'
import { notJson } from './plain-json.ts'
import { replyOf } from './rejection.ts'

type Asked = { readonly to: unknown; readonly key: unknown; readonly calls: CallsFactory }

/** The object whose functions ask: each returns a promise of the reply. @throws ASK_INVALID */
export function askThrough(attempt: Attempt, { to, key, calls }: Asked): object {
  const component = isContract(to) ? to.name : '?'
  const refuse = (reason: string) => engineErrors.ASK_INVALID({ to: `${component}/${String(key)}`, reason })
  if (!isContract(to)) throw refuse('it is no contract')
  if (!isKey(key)) throw refuse(KEY_WANTED)
  return calls(to, async (message, input) => {
    attempt.assertRunning('ask')
    const { read, access } = to.definition.messages[message] ?? {}
    if (read !== true) throw refuse(`'${message}' is no read; send it`)
    if (access === 'self') throw refuse(`'${message}' is kept to itself`)
    const lost = input === undefined ? null : notJson(input)
    if (lost !== null) throw refuse(`the input of '${message}' ${issuesText([lost])}`)
    const text = input === undefined ? null : JSON.stringify(input)
    const result = await attempt.ask({ to: { component, key }, message, input: text })
    attempt.resumed()
    return replyOf(result, { component, message })
  })
}

/** One page of keys, in key order. @throws ASK_INVALID */
export function listThrough(
  attempt: Attempt,
  asked: { readonly of: unknown; readonly page: unknown },
): Promise<readonly string[]> {
  const component = isContract(asked.of) ? asked.of.name : '?'
  if (!isContract(asked.of)) throw engineErrors.ASK_INVALID({ to: component, reason: 'it is no contract' })
  const page = pageOf(asked.page)
  if (typeof page === 'string') throw engineErrors.ASK_INVALID({ to: component, reason: page })
  return attempt.list({ component, page })
}

/** The page in its full form, or what is wrong with it. */
function pageOf(asked: unknown): Page | string {
  if (typeof asked !== 'object' || asked === null) return 'a list has a limit'
  const { limit, prefix, after, where }: Partial<Record<'limit' | 'prefix' | 'after' | 'where', unknown>> = asked
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX) {
    return `a list's limit is a whole number from 1 to ${LIST_LIMIT_MAX}; got ${String(limit)}`
  }
  if (prefix !== undefined && typeof prefix !== 'string') return "a list's prefix is a text"
  if (after !== undefined && typeof after !== 'string') return "a list's 'after' is a key"
  const wanted: { name: string; value: string | number | boolean }[] = []
  for (const [name, value] of Object.entries(where ?? {})) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return `'where' compares with a string, a number or a boolean; '${name}' is none`
    }
    wanted.push({ name, value })
  }
  return { limit, prefix: prefix ?? null, after: after ?? null, where: wanted }
}
