/**
 * What a running turn waits for: an `ask` is a read of another entity, a `fetch` is made by the host. An answer that
 * comes after the attempt was given up goes nowhere; what was fetched is kept with the work, for its next attempt.
 */
import { canonicalJson, codeOf, messageOf } from '../base/index.ts'
import {
  addressText,
  type CallResult,
  type FetchedResponse,
  type FetchRequest,
  type FromCell,
  type ToCell,
} from '../turn/index.ts'
import type { RouterAnswer } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import type { Flight } from './mailbox.ts'
import type { Read, ReadAnswer } from './reads.ts'

type Ask = Extract<FromCell, { type: 'ask' }>
type Fetch = Extract<FromCell, { type: 'fetch' }>

export type CallsPowers = {
  readonly limits: RouterLimits
  readonly send: (component: string, item: ToCell) => void
  readonly isFlying: (flight: Flight) => boolean
  readonly read: (read: Read, options: { readonly deadlineMs: number }) => Promise<ReadAnswer>
  readonly fetch: (component: string, request: FetchRequest) => Promise<FetchedResponse>
}

export function call(flight: Flight, item: Ask | Fetch, powers: CallsPowers): void {
  const { isFlying, send } = powers
  const component = flight.work.to.component
  const answering = item.type === 'ask' ? ask(flight, item, powers) : fetched(flight, item, powers)
  void answering.then((result) => {
    if (isFlying(flight)) send(component, { type: 'result', turn: flight.turn, call: item.call, result })
  })
}

async function ask(flight: Flight, { to, message, input }: Ask, { limits, read }: CallsPowers): Promise<CallResult> {
  const caller = { identity: addressText(flight.work.to), connection: null }
  const { answer } = await read({ to, message, input, caller, from: 'system' }, { deadlineMs: limits.askMs })
  return resultOf(answer)
}

async function fetched(flight: Flight, { call, request }: Fetch, powers: CallsPowers): Promise<CallResult> {
  const { work } = flight
  try {
    const response = await powers.fetch(work.to.component, request)
    const result: CallResult = { type: 'fetched', response }
    if (powers.isFlying(flight)) record(work, { call, request: canonicalJson(request), result }, powers.limits)
    return result
  } catch (error) {
    return { type: 'failed', code: codeOf(error) ?? 'FETCH_FAILED', message: messageOf(error) }
  }
}

/** A later answer under the same call number takes the place of the earlier one: that one asked for something else. */
function record(work: Flight['work'], recorded: Flight['work']['recorded'][number], limits: RouterLimits): void {
  const others = work.recorded.filter(({ call }) => call !== recorded.call)
  const characters = [...others, recorded].reduce((sum, one) => sum + charactersOf(one), 0)
  if (characters <= limits.recordedCharacters) work.recorded = [...others, recorded]
}

function charactersOf({ request, result }: Flight['work']['recorded'][number]): number {
  return request.length + (result.type === 'fetched' ? result.response.body.length : 0)
}

/** An answer as whoever runs in a cell is told of it. */
export function resultOf(answer: RouterAnswer): CallResult {
  switch (answer.type) {
    case 'replied':
    case 'rejected':
      return { type: 'settled', outcome: answer }
    case 'failed':
      return { type: 'failed', code: answer.code, message: answer.message }
    default:
      return answer satisfies never
  }
}
