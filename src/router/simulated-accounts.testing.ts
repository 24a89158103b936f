/**
 * What the simulation runs: two components that know each other, whose entities write down everything that happens to
 * them, and whose handlers throw or hang when chance says so.
 */
import * as z from 'zod'
import {
  type Component,
  codifyComponent,
  component,
  contract,
  rejection,
  replyTo,
  schemasOf,
} from '../component/index.ts'
import { compileValidators } from '../schema/index.ts'

export type Chaos = { readonly throws: () => boolean; readonly hangs: () => boolean }

const id = z.string()
const definition = {
  key: z.string(),
  messages: {
    open: { creates: true, access: 'public' },
    /** Does one thing: the id must stand in `done` once. */
    add: { access: 'public', input: z.strictObject({ id }), output: z.strictObject({ n: z.int() }) },
    /** Sends one message on, and is told what became of it. */
    give: { access: 'public', input: z.strictObject({ id, component: z.string(), key: z.string(), seq: z.int() }) },
    got: { input: z.strictObject({ id, from: z.string(), seq: z.int() }), rejects: { ODD: z.strictObject({}) } },
    gave: { access: 'self', input: z.strictObject({ id }) },
    ungave: { access: 'self', input: z.strictObject({ id, rejection: rejection() }) },
    /** Is answered by a timer. */
    later: { access: 'public', input: z.strictObject({ id, ms: z.int() }), output: z.strictObject({ id }) },
    wake: { access: 'self', input: z.strictObject({ id, caller: replyTo('later') }) },
    /** Asks another one, perhaps in a circle. */
    ask: { access: 'public', input: z.strictObject({ id, component: z.string(), key: z.string() }) },
    close: { access: 'public', input: z.strictObject({ id }) },
    look: { read: true, access: 'public', output: z.strictObject({ done: z.array(id), n: z.int() }) },
  },
  events: { did: z.strictObject({ id }) },
} as const

const state = z.strictObject({
  n: z.int(),
  done: z.array(id),
  heard: z.array(z.strictObject({ from: z.string(), seq: z.int() })),
  followed: z.int(),
})

export type AccountState = {
  n: number
  done: string[]
  heard: { from: string; seq: number }[]
  followed: number
}
type Calls = Record<string, (input?: unknown) => unknown>
type Turn = {
  key: string
  send(to: unknown, key: string, continuation?: object): Calls
  ask(to: unknown, key: string): Calls
  after(ms: number, name: string): Calls
  publish(event: string, data: unknown): void
  defer(options: { deadline: number }): string
  reply(token: string, output: unknown): void
  reject(code: string, data: unknown): Error
  destroy(): void
}
type Input = { id: string; component: string; key: string; seq: number; from: string; ms: number; caller: string }

export const NAMES = ['alpha', 'beta'] as const

export function accounts(chaos: Chaos) {
  const contracts: Record<string, unknown> = Object.fromEntries(NAMES.map((name) => [name, contract(name, definition)]))
  const did = (account: AccountState, id: string, turn: Turn) => {
    if (chaos.throws()) throw new Error('by chance')
    account.n += 1
    account.done.push(id)
    turn.publish('did', { id })
  }
  const handlers = (own: string) => ({
    open() {},
    add(account: AccountState, { id }: Input, turn: Turn) {
      did(account, id, turn)
      return chaos.hangs() ? new Promise(() => {}) : { n: account.n }
    },
    give(account: AccountState, { id, component, key, seq }: Input, turn: Turn) {
      did(account, id, turn)
      const from = `${own}/${turn.key}`
      const told = { then: 'gave', otherwise: 'ungave', with: { id } }
      turn.send(contracts[component], key, told)['got']?.({ id, from, seq })
    },
    got(account: AccountState, { id, from, seq }: Input, turn: Turn) {
      did(account, `got-${id}`, turn)
      account.heard.push({ from, seq })
      if (seq % 7 === 3) throw turn.reject('ODD', {})
    },
    gave(account: AccountState, { id }: Input, turn: Turn) {
      did(account, `gave-${id}`, turn)
    },
    ungave(account: AccountState, { id }: Input, turn: Turn) {
      did(account, `ungave-${id}`, turn)
    },
    later(account: AccountState, { id, ms }: Input, turn: Turn) {
      did(account, id, turn)
      const caller = turn.defer({ deadline: 60_000 })
      turn.after(ms, id)['wake']?.({ id, caller })
      return caller
    },
    wake(account: AccountState, { id, caller }: Input, turn: Turn) {
      did(account, `woke-${id}`, turn)
      turn.reply(caller, { id })
    },
    async ask(account: AccountState, { id, component, key }: Input, turn: Turn) {
      const seen = (await turn.ask(contracts[component], key)['look']?.()) as { n: number; done: string[] }
      if (seen.n !== seen.done.length) throw new Error('a torn state was read')
      did(account, id, turn)
    },
    close(_account: AccountState, _input: Input, turn: Turn) {
      turn.destroy()
    },
    look: ({ n, done }: AccountState) => ({ n, done: [...done] }),
  })
  return new Map(
    NAMES.map((name) => {
      const value = component(contracts[name] as never, { state } as never).implement({
        initial: () => ({ n: 0, done: [], heard: [], followed: 0 }),
        invariants: { 'counts what it did': ({ n, done }: AccountState) => n === done.length },
        attached: (account: AccountState) => {
          account.followed += 1
        },
        detached: (account: AccountState) => {
          account.followed -= 1
        },
        handlers: handlers(name),
      } as never) as Component
      const { codified } = codifyComponent(value)
      const validators = compileValidators(schemasOf(codified.contract, codified))
      return [name, { value, codified, validators }] as const
    }),
  )
}
