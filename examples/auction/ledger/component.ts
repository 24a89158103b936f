/** Accounts. No message makes money: what leaves one account travels in a message until another has it. */
import { component } from 'selfsame'
import * as z from 'zod'
import { dollars, HoldId } from '../keys.ts'
import { Ledger } from './contract.ts'

/** The house's own account takes the fees. */
export const HOUSE = 'house'

const WELCOME_CREDIT = 1_000

const declared = component(Ledger, {
  state: z.strictObject({
    available: dollars(),
    holds: z.record(HoldId, dollars()).meta({ maxProperties: 1_000 }),
    /** What the house gave this account out of nothing: the one source of money. */
    granted: dollars(),
  }),
  config: z.strictObject({ feePercent: z.number().min(0).max(100) }),
})

/** To whole cents, so that sums of many payments do not drift. */
const toCents = (amount: number) => Math.round(amount * 100) / 100

export const ledger = declared.implement({
  initial: (_account, created) =>
    created.message === 'join'
      ? { available: WELCOME_CREDIT, holds: {}, granted: WELCOME_CREDIT }
      : { available: 0, holds: {}, granted: 0 },
  invariants: {
    'nobody owes': (state) => state.available >= 0 && Object.values(state.holds).every((amount) => amount > 0),
  },
  handlers: {
    join: (state) => ({ available: state.available }),
    credit(state, { amount }) {
      state.available = toCents(state.available + amount)
    },
    hold(state, { hold, amount }, turn) {
      if (amount > state.available) throw turn.reject('INSUFFICIENT_FUNDS', { available: state.available })
      state.available = toCents(state.available - amount)
      state.holds[hold] = amount
    },
    release(state, { hold }) {
      state.available = toCents(state.available + (state.holds[hold] ?? 0))
      delete state.holds[hold]
    },
    pay(state, { hold, seller }, turn) {
      const amount = state.holds[hold]
      if (amount === undefined) return
      delete state.holds[hold]
      const fee = Math.floor(amount * turn.config.feePercent) / 100
      turn.send(Ledger, HOUSE).credit({ amount: fee })
      turn.send(Ledger, seller).credit({ amount: toCents(amount - fee) })
    },
    balance: (state) => ({
      available: state.available,
      held: toCents(Object.values(state.holds).reduce((sum, amount) => sum + amount, 0)),
      granted: state.granted,
    }),
  },
})
