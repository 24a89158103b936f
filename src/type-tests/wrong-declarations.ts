/** Wrong continuations, components, migrations and systems do not compile. Nothing here is run. */
import * as z from 'zod'
import {
  type Cents,
  type ConfigOf,
  cents,
  component,
  connector,
  contract,
  every,
  migration,
  rejection,
  route,
  system,
  within,
} from '../index.ts'
import type house from './auction-house.ts'
import { HoldId, Ledger, lot, Mail, Report, report, type V1, type V2, type V3 } from './auction-house.ts'

const Probe = contract('probe', {
  key: z.string(),
  messages: {
    begin: { creates: true },
    either: {
      access: 'self',
      input: z.strictObject({
        hold: HoldId,
        reply: z.strictObject({ left: cents() }).optional(),
        rejection: rejection().optional(),
      }),
    },
    narrow: {
      input: z.strictObject({
        rejection: z.strictObject({
          code: z.enum(['INSUFFICIENT_FUNDS']),
          data: z.strictObject({ available: cents() }),
        }),
      }),
    },
    older: { input: z.strictObject({ reply: z.strictObject({ why: z.string().optional() }) }) },
  },
})
component(Probe, { state: z.strictObject({}) }).implement({
  initial: () => ({}),
  handlers: {
    begin(_state, _input, turn) {
      turn
        .send(Ledger, 'ada', { then: 'either', otherwise: 'either', with: { hold: 'x' } })
        .hold({ hold: 'x', amount: 1 })
      turn.send(Ledger, 'ada', { then: 'either', with: { hold: 'x' } }).release({ hold: 'x' })
      // @ts-expect-error the host rejects too: 'narrow' does not take NOT_FOUND
      turn.send(Ledger, 'ada', { otherwise: 'narrow' }).hold({ hold: 'x', amount: 1 })
      // @ts-expect-error a strict `reply` refuses the field `left`
      turn.send(Ledger, 'ada', { then: 'older' }).hold({ hold: 'x', amount: 1 })
    },
    either(_state, { reply, rejection }, turn) {
      turn.log(rejection?.code ?? '', { left: reply?.left satisfies Cents | undefined })
    },
    narrow() {},
    older() {},
  },
})
component(Ledger, { state: z.strictObject({ cents: cents() }) }).implement({
  // @ts-expect-error two messages create: ask which, then take its input
  initial: (_account, { amount }) => ({ cents: amount }),
  handlers: {
    deposit() {},
    open() {},
    release() {},
    hold: () => ({ left: 0 }),
    balance(state) {
      // @ts-expect-error a read changes nothing
      state.cents = 1
      return { available: 1 }
    },
  },
})
// @ts-expect-error a read creates nothing
contract('x', { key: z.string(), messages: { peek: { read: true, creates: true } } })
// @ts-expect-error an index has a plain value
component(Report, { state: z.strictObject({ lots: z.int() }), indexes: { whole: (state) => state } })
// @ts-expect-error an index of a field that is not there
component(Report, { state: z.strictObject({ lots: z.int() }), indexes: { byLot: (state) => state.lot } })
connector(Mail, { secrets: ['SMTP_URL'] }).implement({
  handlers: {
    // @ts-expect-error a secret that was not declared
    deliver: (_input, turn) => ({ id: turn.secrets.API_KEY }),
    // @ts-expect-error not a reply of this contract
    status: () => 'sideways',
  },
})
// @ts-expect-error a route answers with a Response
route({ fetch: () => 'hello' })

migration<V1, V2>({
  because: 'x',
  state: { up: (old) => old, irreversible: 'no' },
  messages: {
    // @ts-expect-error the output and a rejection changed too
    bid: { input: { up: (m) => m, down: (m) => m } },
    standing: { output: { up: (reply) => reply, irreversible: 'no' } },
  },
  events: { highest: { up: (e) => e, irreversible: 'no' } },
})
// @ts-expect-error 'settled' and 'failed' are new: what becomes of them on the way back?
migration<V2, V3>({
  because: 'x',
  state: {
    up: (old) => ({ ...old, bids: [], marks: { reserveMet: false, featured: false } }),
    down: ({ marks: _, ...now }) => ({ ...now, bids: [] }),
  },
})
migration<V2, V3>({
  because: 'no way back, nothing to say about it',
  state: { up: (old) => ({ ...old, bids: [], marks: { reserveMet: false, featured: false } }), irreversible: 'x' },
})
type Shop1 = { state: { price: number }; messages: {}; events: {} }
type Shop2 = { state: { cents: number }; messages: {}; events: {} }
migration<Shop1, Shop2>({
  because: 'renamed',
  // @ts-expect-error `price` is left over
  state: { up: (old) => ({ ...old, cents: old.price * 100 }), down: ({ cents }) => ({ price: cents / 100 }) },
  // @ts-expect-error no such field
  meaning: { cnets: 'typo' },
})
// @ts-expect-error neither `down` nor `irreversible`
migration<Shop1, Shop2>({ because: 'x', state: { up: ({ price }) => ({ cents: price }) } })
migration<Shop1, Shop2>({
  because: 'x',
  state: { up: ({ price }) => ({ cents: price }), down: ({ cents }) => ({ price: cents }) },
  // @ts-expect-error a loss of a field that the old version did not have
  loses: { cents: within(1) },
})
migration<Shop1, Shop2>({
  because: 'x',
  state: { up: ({ price }) => ({ cents: price }), down: ({ cents }) => ({ price: cents }) },
  // @ts-expect-error a loss has a bound
  loses: { price: 1 },
})

const Shop = contract('shop', { key: z.string(), messages: {} })
type Shop3 = { state: { cents: number; name: string }; messages: {}; events: {} }
const second = migration<Shop1, Shop2>({
  because: 'a',
  state: { up: ({ price }) => ({ cents: price }), irreversible: 'x' },
})
const third = migration<Shop2, Shop3>({
  because: 'b',
  state: { up: (old) => ({ ...old, name: '' }), irreversible: 'x' },
})
const shopState = z.strictObject({ cents: z.number(), name: z.string() })
component(Shop, { state: shopState, migrations: [second, third] })
// @ts-expect-error the chain is out of order
component(Shop, { state: shopState, migrations: [third, second] })
// @ts-expect-error the chain ends before the declared state
component(Shop, { state: shopState, migrations: [second] })

// @ts-expect-error a component without its config
export const noConfig: ConfigOf<typeof house> = {}
// @ts-expect-error a client reaches public messages only
lot.close()
// @ts-expect-error no such interval
every('1 day')
// @ts-expect-error a schedule sends, it does not read
every('1d').send(Ledger, 'ada').balance()
// @ts-expect-error a schedule for a message whose input is missing
system({ name: 'x', components: [report], schedules: { nightly: every('1d').send(Report, 'all').add() } })
// @ts-expect-error a sum over a component that is not in the system
system({ name: 'x', components: [report], invariants: { sum: { entities: { ledger: () => 0 }, holds: () => true } } })
