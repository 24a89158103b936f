/** One auction house, as an author would write it. Nothing here is run: the type checker is the test. */
import * as z from 'zod'
import { client } from '../client/index.ts'
import {
  type Cents,
  type ConfigOf,
  cents,
  component,
  connector,
  contract,
  duration,
  every,
  flags,
  http,
  type Instant,
  instant,
  isRejection,
  migration,
  personal,
  type ReplyTo,
  rejection,
  replyTo,
  route,
  type StateOf,
  system,
  type TurnOf,
  unit,
  type World,
  within,
} from '../index.ts'

// ---- keys stand alone: contracts that take `X.definition.key` from each other are TS7022, getters included
const AccountId = z.string().max(40)
const LotId = z.string().max(40)
export const HoldId = z.string().max(40)

// ---- contracts: importable by everyone
export const Ledger = contract('ledger', {
  key: AccountId,
  messages: {
    deposit: { creates: true, input: z.strictObject({ amount: cents() }) },
    open: { creates: true, input: z.strictObject({ credit: cents() }) },
    hold: {
      input: z.strictObject({ hold: HoldId, amount: cents() }),
      output: z.strictObject({ left: cents() }),
      rejects: { INSUFFICIENT_FUNDS: z.strictObject({ available: cents() }) },
    },
    release: { input: z.strictObject({ hold: HoldId }) },
    balance: { read: true, access: 'public', output: z.strictObject({ available: cents() }) },
  },
})
export const Auction = contract('auction', {
  key: LotId,
  messages: {
    open: { creates: true, access: 'system', input: z.strictObject({ endsAt: instant() }) },
    bid: {
      access: 'public',
      input: z.strictObject({ amount: cents() }),
      output: z.strictObject({ highest: cents() }),
      rejects: {
        BID_TOO_LOW: z.strictObject({ highest: cents() }),
        NO_FUNDS: z.strictObject({}),
        CLOSED: z.strictObject({}),
      },
    },
    held: { access: 'self', input: z.strictObject({ hold: HoldId }) },
    refused: { access: 'self', input: z.strictObject({ hold: HoldId }) },
    settled: { access: 'self', input: z.strictObject({ hold: HoldId, reply: z.strictObject({ left: cents() }) }) },
    failed: { access: 'self', input: z.strictObject({ rejection: rejection() }) },
    close: { access: 'self' },
    standing: { access: 'public', read: true, output: z.strictObject({ highest: cents(), endsAt: instant() }) },
  },
  events: { highest: z.strictObject({ bidder: AccountId, amount: cents() }) },
})
export const Mail = contract('mail', {
  key: z.email(),
  messages: {
    deliver: {
      input: z.strictObject({ subject: z.string() }),
      output: z.strictObject({ id: z.string() }),
      rejects: { BOUNCED: z.strictObject({ why: z.string() }) },
    },
    status: { read: true, output: z.enum(['up', 'down']) },
  },
})
export const Report = contract('report', {
  key: z.string(),
  messages: { run: { creates: true }, add: { input: z.strictObject({ lots: z.int() }) } },
})

// ---- migrations: the types as `history/auction/v1.ts` and so on would have them
type BidV2 = { bidder: string; amount: Cents; at: Instant }
type Hold = { hold: string }
type Kept = {
  open: { input: { endsAt: Instant }; output: void; rejects: {} }
  held: { input: Hold; output: void; rejects: {} }
  refused: { input: Hold; output: void; rejects: {} }
  close: { input: undefined; output: void; rejects: {} }
}
type Bid<Money> = {
  bid: {
    input: { amount: Money }
    output: { highest: Money }
    rejects: { BID_TOO_LOW: { highest: Money }; NO_FUNDS: {}; CLOSED: {} }
  }
  standing: { input: undefined; output: { highest: Money; endsAt: Instant }; rejects: {} }
}
type Added = {
  settled: { input: Hold & { reply: { left: Cents } }; output: void; rejects: {} }
  failed: { input: { rejection: { code: string; data: unknown } }; output: void; rejects: {} }
}
export type V1 = {
  state: {
    bids: { bidder: string; amount: number; at: Instant }[]
    pending: Record<string, { bidder: string; amount: number; caller: ReplyTo<'bid'> }>
    phase: 'open' | 'closed'
    endsAt: Instant
  }
  messages: Kept & Bid<number>
  events: { highest: { bidder: string; amount: number } }
}
export type V2 = {
  state: {
    bids: BidV2[]
    pending: Record<string, { bidder: string; amount: Cents; caller: ReplyTo<'bid'> }>
    phase: 'open' | 'closed'
    endsAt: Instant
  }
  messages: Kept & Bid<Cents>
  events: { highest: { bidder: string; amount: Cents } }
}
export type V3 = {
  state: {
    bids: (BidV2 & Hold)[]
    pending: V2['state']['pending']
    phase: 'open' | 'closed'
    marks: { reserveMet: boolean; featured: boolean }
    endsAt: Instant
  }
  messages: V2['messages'] & Added
  events: V2['events']
}
const toDollars = (amount: Cents) => amount / 100,
  toWhole = (dollars: number): Cents => Math.round(dollars * 100)
const mapValues = <T, U>(from: Record<string, T>, one: (value: T) => U) =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, one(value)]))
const toCents = migration<V1, V2>({
  because: 'prices were floating point dollars',
  state: {
    up: (old) => ({
      ...old,
      bids: old.bids.map((b) => ({ ...b, amount: toWhole(b.amount) })),
      pending: mapValues(old.pending, (p) => ({ ...p, amount: toWhole(p.amount) })),
    }),
    down: (now) => ({
      ...now,
      bids: now.bids.map((b) => ({ ...b, amount: toDollars(b.amount) })),
      pending: mapValues(now.pending, (p) => ({ ...p, amount: toDollars(p.amount) })),
    }),
  },
  loses: { 'bids[].amount': within(0.005), 'pending[].amount': within(0.005) },
  messages: {
    bid: {
      input: { up: (bid) => ({ amount: toWhole(bid.amount) }), down: (bid) => ({ amount: toDollars(bid.amount) }) },
      output: {
        up: (reply) => ({ highest: toWhole(reply.highest) }),
        down: (reply) => ({ highest: toDollars(reply.highest) }),
      },
      rejects: {
        BID_TOO_LOW: {
          up: (data) => ({ highest: toWhole(data.highest) }),
          down: (data) => ({ highest: toDollars(data.highest) }),
        },
      },
    },
    standing: {
      output: {
        up: (reply) => ({ ...reply, highest: toWhole(reply.highest) }),
        down: (reply) => ({ ...reply, highest: toDollars(reply.highest) }),
      },
    },
  },
  events: {
    highest: { up: (e) => ({ ...e, amount: toWhole(e.amount) }), down: (e) => ({ ...e, amount: toDollars(e.amount) }) },
  },
  meaning: { phase: "'closed' now also means withdrawn; readers treat both alike" },
  intended: { bid: ({ input }) => input.amount % 1 !== 0 && 'half cents are rejected' },
})
const addReserve = migration<V2, V3>({
  because: 'lots have a reserve, and every bid its hold',
  state: {
    up: (old) => ({
      ...old,
      bids: old.bids.map((b) => ({ ...b, hold: '' })),
      marks: { reserveMet: false, featured: false },
    }),
    down: ({ marks: _, ...now }) => ({ ...now, bids: now.bids.map(({ hold: __, ...b }) => b) }),
  },
  onReturn: { settled: 'drop', failed: 'dead-letter' },
  unlearned: { 'marks.reserveMet': 'is set by the next bid', 'bids[].hold': 'bids from before have none' },
})

// ---- component: what it is, then what it does
export const declared = component(Auction, {
  state: z.strictObject({
    bids: z.array(z.strictObject({ hold: HoldId, bidder: AccountId, amount: cents(), at: instant() })).max(1_000),
    pending: z
      .record(HoldId, z.strictObject({ bidder: personal(AccountId), amount: cents(), caller: replyTo('bid') }))
      .meta({ maxProperties: 100 }),
    phase: z.enum(['open', 'closed']),
    marks: flags('reserveMet', 'featured'),
    endsAt: instant(),
  }),
  config: z.strictObject({ feePercent: z.number(), grace: duration() }),
  migrations: [toCents, addReserve],
  indexes: { byPhase: (state) => state.phase },
  permissions: { fetch: ['api.example.com'], node: ['node:zlib'] },
})
type State = StateOf<typeof declared>
const highest = (state: { readonly bids: readonly { readonly amount: Cents }[] }): Cents =>
  state.bids.at(-1)?.amount ?? 0
const isAscending = (amounts: readonly number[]) =>
  amounts.every((amount, i) => i === 0 || amount > (amounts[i - 1] ?? 0))
const take = (pending: State['pending'], hold: string) => {
  const waiting = pending[hold]
  if (!waiting) throw new Error(`nothing waits for hold ${hold}`)
  delete pending[hold]
  return waiting
}
const closeLater = (state: State, turn: TurnOf<typeof declared>) => {
  state.endsAt = Math.max(state.endsAt, turn.now + turn.config.grace)
  turn.after(state.endsAt - turn.now, 'closing').close()
}

export const auction = declared.implement({
  initial: (_lot, { endsAt }, _turn) => ({ bids: [], pending: {}, phase: 'open', marks: {}, endsAt }),
  invariants: { 'bids rise': (s) => isAscending(s.bids.map((b) => b.amount)) },
  cache: () => ({ seen: new Map<string, Instant>() }),
  handlers: {
    open: (state, _input, turn) => closeLater(state, turn),
    standing: (state) => ({ highest: highest(state), endsAt: state.endsAt }),
    bid(state, { amount }, turn) {
      if (state.phase === 'closed') throw turn.reject('CLOSED', {})
      if (amount <= highest(state)) throw turn.reject('BID_TOO_LOW', { highest: highest(state) })
      const bidder = turn.caller.identity,
        hold = turn.uuid()
      turn.send(Ledger, bidder, { then: 'held', otherwise: 'refused', with: { hold } }).hold({ hold, amount })
      const caller = turn.defer({ deadline: 5_000 })
      state.pending[hold] = { bidder, amount, caller }
      return caller
    },
    held(state, { hold }, turn) {
      const { bidder, amount, caller } = take(state.pending, hold)
      if (state.phase === 'closed' || amount <= highest(state)) {
        // the money came, but too late
        turn.send(Ledger, bidder).release({ hold })
        if (state.phase === 'closed') return turn.rejectTo(caller, 'CLOSED', {})
        return turn.rejectTo(caller, 'BID_TOO_LOW', { highest: highest(state) })
      }
      const outbid = state.bids.at(-1)
      if (outbid) turn.send(Ledger, outbid.bidder).release({ hold: outbid.hold })
      state.bids.push({ hold, bidder, amount, at: turn.now })
      state.marks.reserveMet = amount * turn.config.feePercent > 100
      turn.cache.seen.set(bidder, turn.now)
      turn.publish('highest', { bidder, amount })
      turn.reply(caller, { highest: amount })
      closeLater(state, turn)
    },
    refused(state, { hold }, turn) {
      turn.rejectTo(take(state.pending, hold).caller, 'NO_FUNDS', {})
    },
    settled(_state, { hold, reply }, turn) {
      const left: Cents = reply.left
      turn.log('settled', { hold, left })
    },
    failed(_state, { rejection: { code } }, turn) {
      turn.log(code)
    },
    async close(state, _input, turn) {
      state.phase = 'closed'
      const winner = state.bids.at(-1)
      if (!winner) return turn.destroy()
      const { available } = await turn.ask(Ledger, winner.bidder).balance()
      turn.log('closed', { available })
      turn.send(Mail, winner.bidder, { otherwise: 'failed' }).deliver({ subject: `${turn.key} is yours` })
      await turn.fetch('https://api.example.com/sold', { method: 'POST', body: turn.key })
    },
  },
  attached: (_state, connection, turn) => turn.log('came', { connection }),
  detached: (_state, connection, turn) => turn.log('went', { connection }),
})

// ---- the ledger is created in two ways; the report lists and reads the auctions
export const ledger = component(Ledger, {
  state: z.strictObject({ available: cents(), holds: z.record(HoldId, cents()).meta({ maxProperties: 100 }) }),
}).implement({
  initial: (_account, created) => ({ available: created.message === 'open' ? created.input.credit : 0, holds: {} }),
  handlers: {
    deposit(state, { amount }) {
      state.available += amount
    },
    open() {},
    hold(state, { hold, amount }, turn) {
      if (amount > state.available) throw turn.reject('INSUFFICIENT_FUNDS', { available: state.available })
      state.available -= amount
      state.holds[hold] = amount
      return { left: state.available }
    },
    release(state, { hold }) {
      state.available += state.holds[hold] ?? 0
      delete state.holds[hold]
    },
    balance: (state) => ({ available: state.available }),
  },
})
export const report = component(Report, { state: z.strictObject({ lots: unit('lots'), highest: cents() }) }).implement({
  initial: () => ({ lots: 0, highest: 0 }),
  handlers: {
    async run(state, _input, turn) {
      const open = await turn.list(Auction, { limit: 100, prefix: 'lot-', where: { byPhase: 'open' } })
      const standings = await Promise.all(open.map((lot) => turn.ask(Auction, lot).standing()))
      state.lots = open.length
      state.highest = Math.max(0, ...standings.map((standing) => standing.highest))
    },
    add(state, { lots }) {
      state.lots += lots
    },
  },
})

// ---- connector, route, system, config values, client
const mail = connector(Mail, { secrets: ['SMTP_URL'] }).implement({
  handlers: {
    async deliver({ subject }, turn) {
      const sent = await fetch(turn.secrets.SMTP_URL, {
        body: subject,
        headers: { 'idempotency-key': turn.idempotencyKey },
      })
      if (!sent.ok) throw turn.reject('BOUNCED', { why: sent.statusText })
      return { id: await sent.text() }
    },
    status: () => 'up',
  },
})
const site = route({
  async fetch(request: Request, world: World) {
    const lot = new URL(request.url).pathname
    try {
      return Response.json(await world.send(Auction, lot).bid({ amount: 1 }))
    } catch (error) {
      if (!isRejection(error, Auction, 'bid')) throw error
      switch (error.code) {
        case 'BID_TOO_LOW': {
          const least: Cents = error.data.highest
          return Response.json({ least }, { status: 409 })
        }
        default:
          return Response.json(
            error.code satisfies 'NO_FUNDS' | 'CLOSED' | 'NOT_FOUND' | 'OVERLOADED' | 'OUTCOME_UNKNOWN' | 'UNDELIVERED',
          )
      }
    }
  },
})
const house = system({
  name: 'auction-house',
  components: [auction, ledger, report],
  connectors: [mail],
  gateways: [
    http({
      port: 8080,
      expose: [Auction],
      authenticate: (request) => request.headers.get('x-user') ?? 'anonymous',
      routes: { '/': site },
    }),
  ],
  schedules: { nightly: every('1d').send(Report, 'all').run() },
  invariants: {
    'no money from nowhere': {
      entities: { ledger: (s) => s.available + Object.values(s.holds).reduce((sum, amount) => sum + amount, 0) },
      messages: { ledger: { deposit: ({ amount }) => amount } },
      holds: (sum) => sum >= 0,
    },
  },
})
export default house
export const values: ConfigOf<typeof house> = { auction: { feePercent: 2, grace: 60_000 } }
export const lot = client<typeof Auction>('ws://localhost:8080', 'auction').at('lot-1')
lot.on('highest', ({ bidder, amount }) => {
  const seen: [string, Cents] = [bidder, amount]
  return seen
})
export const reply: { highest: Cents } = await lot.bid({ amount: 100 })
