/** What a turn has said that shall happen. It is data until the commit; a turn that fails drops it. */
import type { Commit, Published, Send, TimerChange } from '../../../turn/index.ts'
import { EVENTS_MAX, REPLIES_MAX, SENDS_MAX, TIMERS_MAX } from './bounds.ts'
import { engineErrors } from './errors.ts'

type Reply = Commit['replies'][number]

/** The lists are null until the first entry: most turns have none of most kinds. */
export type Effects = {
  sends: Send[] | null
  events: Published[] | null
  /** By name: the last word on a timer counts. */
  timers: Map<string, TimerChange> | null
  replies: Reply[] | null
  /** The token of `turn.defer()`, and when that wait ends by itself. */
  wait: { readonly token: string; readonly untilMs: number } | null
  destroyed: boolean
}

export function noEffects(): Effects {
  return { sends: null, events: null, timers: null, replies: null, wait: null, destroyed: false }
}

function added<T>(list: T[] | null, item: T, bound: { readonly what: string; readonly limit: number }): T[] {
  const grown = list ?? []
  if (grown.length >= bound.limit) throw engineErrors.EFFECTS_TOO_MANY(bound)
  grown.push(item)
  return grown
}

export function addSend(effects: Effects, send: Send): void {
  effects.sends = added(effects.sends, send, { what: 'sends', limit: SENDS_MAX })
}

export function addEvent(effects: Effects, event: Published): void {
  effects.events = added(effects.events, event, { what: 'events', limit: EVENTS_MAX })
}

export function addReply(effects: Effects, reply: Reply): void {
  effects.replies = added(effects.replies, reply, { what: 'answers to waits', limit: REPLIES_MAX })
}

export function changeTimer(effects: Effects, change: TimerChange): void {
  const timers = effects.timers ?? new Map<string, TimerChange>()
  if (!timers.has(change.name) && timers.size >= TIMERS_MAX) {
    throw engineErrors.EFFECTS_TOO_MANY({ what: 'timers', limit: TIMERS_MAX })
  }
  timers.set(change.name, change)
  effects.timers = timers
}

/** Nothing that a commit would have to carry beyond state and outcome. */
export function isQuiet({ sends, events, timers, replies, wait, destroyed }: Effects): boolean {
  return !sends && !events && !timers && !replies && !wait && !destroyed
}
