/** The ledger: one entity per account. It holds money for bids, and pays it out when a lot is sold. */
import { contract } from 'selfsame'
import * as z from 'zod'
import { AccountId, dollars, HoldId } from '../keys.ts'

export const Ledger = contract('ledger', {
  key: AccountId,
  messages: {
    /** Opens an account with the house's welcome credit; doing it again changes nothing. */
    join: { creates: true, access: 'public', output: z.strictObject({ available: dollars() }) },
    /** Money that comes from another account. Makes the account if there is none. */
    credit: { creates: true, input: z.strictObject({ amount: dollars() }) },
    hold: {
      input: z.strictObject({ hold: HoldId, amount: dollars() }),
      rejects: { INSUFFICIENT_FUNDS: z.strictObject({ available: dollars() }) },
    },
    release: { input: z.strictObject({ hold: HoldId }) },
    /** Turns a hold into a payment: the fee goes to the house, the rest to the seller. */
    pay: { input: z.strictObject({ hold: HoldId, seller: AccountId }) },
    balance: {
      read: true,
      access: 'public',
      output: z.strictObject({ available: dollars(), held: dollars(), granted: dollars() }),
    },
  },
})
