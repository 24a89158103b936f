/** For tests: one component with a message of every kind, whose handlers each test replaces by what it is about. */
import * as z from 'zod'
import { type Component, component, contract, rejection, replyTo } from '../../../component/index.ts'
import type { TurnContext } from './turn-context.ts'

export const Shelf = contract('shelf', {
  key: z.string(),
  messages: {
    store: { input: z.strictObject({ item: z.string() }), output: z.strictObject({ slot: z.int() }) },
    clear: {},
    count: { read: true, output: z.strictObject({ slots: z.int() }) },
    inner: { access: 'self' },
    secret: { access: 'self', read: true },
  },
})

export const Box = contract('box', {
  key: z.string(),
  messages: {
    open: { creates: true, input: z.strictObject({ size: z.int().default(3) }) },
    put: {
      access: 'public',
      input: z.strictObject({ item: z.string() }),
      output: z.strictObject({ count: z.int(), unit: z.string().default('pieces') }),
      rejects: { FULL: z.strictObject({ size: z.int() }) },
    },
    poke: {},
    stored: {
      access: 'self',
      input: z.strictObject({
        item: z.string(),
        reply: z.strictObject({ slot: z.int() }).optional(),
        rejection: rejection().optional(),
      }),
    },
    peek: {
      read: true,
      access: 'public',
      output: z.strictObject({ items: z.array(z.string()) }),
      rejects: { HIDDEN: z.strictObject({}) },
    },
  },
  events: { added: z.strictObject({ item: z.string() }) },
})

export type BoxState = { size: number; items: string[]; note: string; waits: Record<string, string> }
type Sends = Readonly<Record<string, (input?: unknown) => void>>
type Asks = Readonly<Record<string, (input?: unknown) => Promise<unknown>>>
/** The turn without the author's types, so that tests can also write what does not compile. */
export interface BoxTurn extends Omit<TurnContext, 'send' | 'after' | 'ask'> {
  send(to: unknown, key: unknown, continuation?: object): Sends
  after(delay: unknown, name: unknown): Sends
  ask(to: unknown, key: unknown): Asks
}
type BoxHandler = (state: BoxState, input: Record<string, unknown>, turn: BoxTurn) => unknown

type Behaviour = {
  initial?: (key: string, input: { size: number }, turn: BoxTurn) => unknown
  invariants?: Record<string, (state: BoxState) => unknown>
  cache?: () => unknown
  handlers?: Record<string, BoxHandler>
  attached?: (state: BoxState, connection: string, turn: BoxTurn) => unknown
  detached?: (state: BoxState, connection: string, turn: BoxTurn) => unknown
  indexes?: Record<string, (state: BoxState) => unknown>
  migrations?: readonly unknown[]
  fetch?: readonly string[]
}

const state = z.strictObject({
  size: z.int(),
  items: z.array(z.string()),
  note: z.string().default('none'),
  waits: z.record(z.string(), replyTo('put')),
})

export function box({ indexes, migrations, fetch, handlers, ...behaviour }: Behaviour = {}): Component {
  const declared = { state, indexes, migrations, permissions: { fetch } }
  return component(Box, declared as never).implement({
    initial: (_key: string, { size }: { size: number }) => ({ size, items: [], waits: {} }),
    ...behaviour,
    handlers: {
      open() {},
      put(state: BoxState, { item }: { item: string }, turn: BoxTurn) {
        if (state.items.length === state.size) throw turn.reject('FULL', { size: state.size })
        state.items.push(item)
        return { count: state.items.length }
      },
      poke() {},
      stored() {},
      peek: ({ items }: BoxState) => ({ items }),
      ...handlers,
    },
  } as never)
}

/** A state that a test may start from. */
export const boxOf = (...items: string[]): BoxState => ({ size: 3, items, note: 'none', waits: {} })
