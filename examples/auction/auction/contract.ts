/** One lot, and the bids on it. */
import { contract, instant, rejection } from 'selfsame'
import * as z from 'zod'
import { AccountId, dollars, HoldId, LotId } from '../keys.ts'

export const Auction = contract('auction', {
  key: LotId,
  messages: {
    open: {
      creates: true,
      input: z.strictObject({ title: z.string().min(1).max(120), seller: AccountId, endsAt: instant() }),
    },
    bid: {
      access: 'public',
      input: z.strictObject({ amount: dollars() }),
      output: z.strictObject({ highest: dollars() }),
      rejects: {
        BID_TOO_LOW: z.strictObject({ highest: dollars() }),
        NO_FUNDS: z.strictObject({}),
        CLOSED: z.strictObject({}),
      },
    },
    held: { access: 'self', input: z.strictObject({ hold: HoldId }) },
    refused: { access: 'self', input: z.strictObject({ hold: HoldId, rejection: rejection() }) },
    close: { access: 'self' },
    undeliverable: { access: 'self', input: z.strictObject({ rejection: rejection() }) },
    standing: {
      access: 'public',
      read: true,
      output: z.strictObject({
        title: z.string(),
        phase: z.enum(['open', 'closed']),
        highest: dollars(),
        bidder: AccountId.nullable(),
        bids: z.int(),
        endsAt: instant(),
      }),
    },
  },
  events: {
    highest: z.strictObject({ bidder: AccountId, amount: dollars(), bids: z.int() }),
    closed: z.strictObject({ winner: AccountId.nullable(), amount: dollars() }),
  },
})
