/**
 * A lot takes bids until its time is up. A bid first has its money held by the ledger; meanwhile the bidder waits, and
 * the wait is state. Whoever is outbid gets the money back.
 */
import { component, instant, replyTo, type StateOf, type TurnOf } from 'selfsame'
import * as z from 'zod'
import { AccountId, dollars, HoldId } from '../keys.ts'
import { Ledger } from '../ledger/contract.ts'
import { Mail } from '../mail/contract.ts'
import { Auction } from './contract.ts'

/** The lot remembers its last bids; how many there were in all is a count. */
const BIDS_KEPT = 20
const PENDING_MAX = 200
const BID_DEADLINE_MS = 10_000

const declared = component(Auction, {
  state: z.strictObject({
    title: z.string().max(120),
    seller: AccountId,
    phase: z.enum(['open', 'closed']),
    endsAt: instant(),
    bids: z.array(z.strictObject({ bidder: AccountId, amount: dollars(), hold: HoldId, at: instant() })).max(BIDS_KEPT),
    count: z.int().min(0),
    pending: z
      .record(HoldId, z.strictObject({ bidder: AccountId, amount: dollars(), caller: replyTo('bid') }))
      .meta({ maxProperties: PENDING_MAX }),
  }),
  indexes: { byPhase: (state) => state.phase },
})
type State = StateOf<typeof declared>
type Turn = TurnOf<typeof declared>

type Bids = { readonly bids: readonly Readonly<State['bids'][number]>[] }

const last = (state: Bids) => state.bids.at(-1)
const highest = (state: Bids) => last(state)?.amount ?? 0

/** Takes the bid that waits for this hold out of the state; undefined if it is gone. */
function take(state: State, hold: string) {
  const waiting = state.pending[hold]
  delete state.pending[hold]
  return waiting
}

function sell(state: State, turn: Turn) {
  const won = last(state)
  turn.publish('closed', { winner: won?.bidder ?? null, amount: won?.amount ?? 0 })
  if (!won) return
  turn.send(Ledger, won.bidder).pay({ hold: won.hold, seller: state.seller })
  turn
    .send(Mail, `${won.bidder}@auction.example`, { otherwise: 'undeliverable' })
    .deliver({ subject: `${state.title} is yours`, text: `You won ${turn.key} with ${won.amount} dollars.` })
}

export const auction = declared.implement({
  initial: (_lot, { title, seller, endsAt }) => ({
    title,
    seller,
    phase: 'open',
    endsAt,
    bids: [],
    count: 0,
    pending: {},
  }),
  invariants: {
    'bids rise': (state) => state.bids.every((bid, i) => i === 0 || bid.amount > (state.bids[i - 1]?.amount ?? 0)),
  },
  handlers: {
    open(state, _input, turn) {
      if (state.phase === 'open') turn.after(state.endsAt - turn.now, 'closing').close()
    },
    bid(state, { amount }, turn) {
      if (state.phase === 'closed') throw turn.reject('CLOSED', {})
      if (amount <= highest(state) || Object.keys(state.pending).length >= PENDING_MAX) {
        throw turn.reject('BID_TOO_LOW', { highest: highest(state) })
      }
      const bidder = turn.caller.identity
      const hold = turn.uuid()
      turn.send(Ledger, bidder, { then: 'held', otherwise: 'refused', with: { hold } }).hold({ hold, amount })
      const caller = turn.defer({ deadline: BID_DEADLINE_MS })
      state.pending[hold] = { bidder, amount, caller }
      return caller
    },
    held(state, { hold }, turn) {
      const waiting = take(state, hold)
      if (!waiting) return
      const { bidder, amount, caller } = waiting
      if (state.phase === 'closed' || amount <= highest(state)) {
        turn.send(Ledger, bidder).release({ hold })
        if (state.phase === 'closed') return turn.rejectTo(caller, 'CLOSED', {})
        return turn.rejectTo(caller, 'BID_TOO_LOW', { highest: highest(state) })
      }
      const outbid = last(state)
      if (outbid) turn.send(Ledger, outbid.bidder).release({ hold: outbid.hold })
      state.bids.push({ bidder, amount, hold, at: turn.now })
      if (state.bids.length > BIDS_KEPT) state.bids.shift()
      state.count += 1
      turn.publish('highest', { bidder, amount, bids: state.count })
      turn.reply(caller, { highest: amount })
    },
    refused(state, { hold }, turn) {
      const waiting = take(state, hold)
      if (waiting) turn.rejectTo(waiting.caller, 'NO_FUNDS', {})
    },
    close(state, _input, turn) {
      if (state.phase === 'closed') return
      state.phase = 'closed'
      sell(state, turn)
    },
    undeliverable(_state, { rejection }, turn) {
      turn.log('the winner could not be told', { code: rejection.code })
    },
    standing: (state) => ({
      title: state.title,
      phase: state.phase,
      highest: highest(state),
      bidder: last(state)?.bidder ?? null,
      bids: state.count,
      endsAt: state.endsAt,
    }),
  },
})
