/** No `any` leaks into what infers, and wrong code inside turns does not compile. Nothing here is run. */
import { Auction, declared, Ledger, Mail } from './auction-house.ts'

// ================================================================ no `any` leaks into what infers
type IsAny<T> = 0 extends 1 & T ? true : false
const sure = <T>(_value: T, _any: IsAny<T>) => {}
declared.implement({
  initial: (key, input, turn) => {
    sure(key, false)
    sure(input, false)
    sure(input.endsAt, false)
    sure(turn.config.grace, false)
    return initial()
  },
  handlers: {
    ...handlers(),
    bid: async (state, input, turn) => {
      sure(state, false)
      sure(state.pending['x'], false)
      sure(input, false)
      sure(turn, false)
      sure(turn.caller.identity, false)
      sure(turn.key, false)
      sure(turn.send(Mail, 'a@b.c'), false)
      sure(await turn.ask(Mail, 'a@b.c').status(), false)
      sure(await turn.list(Ledger, { limit: 1 }), false)
      sure(turn.random(), false)
      sure(turn.cancel('closing'), false)
      sure(await turn.fetch('https://api.example.com'), false)
      return { highest: 0 }
    },
    standing: (state, input, turn) => {
      sure(state.bids[0], false)
      sure(input, false)
      sure(turn, false)
      return { highest: 0, endsAt: 0 }
    },
    close: (state, input, turn) => {
      sure(state, false)
      sure(input, false)
      sure(turn.config, false)
    },
  },
})
function initial() {
  return { bids: [], pending: {}, phase: 'open' as const, marks: {}, endsAt: 0 }
}
function handlers() {
  return {
    open() {},
    bid: () => ({ highest: 0 }),
    held() {},
    refused() {},
    settled() {},
    failed() {},
    close() {},
    standing: () => ({ highest: 0, endsAt: 0 }),
  }
}

// ================================================================ wrong code
declared.implement({
  // @ts-expect-error 'opn' is no phase
  initial: () => ({ ...initial(), phase: 'opn' }),
  invariants: {
    pure: (state) => {
      // @ts-expect-error an invariant only looks
      state.endsAt = 0
      return true
    },
  },
  handlers: {
    ...handlers(),
    async bid(state, input, turn) {
      // @ts-expect-error one unit is not another
      state.endsAt = input.amount
      // @ts-expect-error no such flag
      state.marks.feautred = true
      // @ts-expect-error no such field in the input
      input.amuont
      // @ts-expect-error `turn.call` is gone: ask for a read, or send
      turn.call(Ledger, 'ada')
      // @ts-expect-error no such message; "Did you mean 'hold'?"
      turn.send(Ledger, 'ada').hodl({ hold: 'x', amount: 1 })
      // @ts-expect-error a field of the input is missing
      turn.send(Ledger, 'ada').hold({ amount: 1 })
      // @ts-expect-error a send brings nothing back here: it leaves with the commit
      turn.send(Ledger, 'ada').hold({ hold: 'x', amount: 1 }).left
      // @ts-expect-error one asks for reads alone
      await turn.ask(Ledger, 'ada').hold({ hold: 'x', amount: 1 })
      // @ts-expect-error a read is asked for, not sent
      turn.send(Ledger, 'ada').balance()
      // @ts-expect-error a message to itself is nobody else's
      turn.send(Auction, 'lot-2').close()
      // @ts-expect-error no such message of one's own to continue with
      turn.send(Ledger, 'ada', { then: 'hedl', with: { hold: 'x' } })
      // @ts-expect-error what anyone may send is no continuation: it could be forged
      turn.send(Ledger, 'ada', { then: 'bid', with: { amount: 1 } })
      // @ts-expect-error a read is no continuation
      turn.send(Ledger, 'ada', { then: 'standing' })
      // @ts-expect-error a continuation finds its entity, it does not make it
      turn.send(Ledger, 'ada', { then: 'open', with: { endsAt: 0 } })
      // @ts-expect-error `with` is missing: 'held' needs a hold
      turn.send(Ledger, 'ada', { then: 'held' })
      // @ts-expect-error a field of `with` has another type
      turn.send(Ledger, 'ada', { then: 'held', with: { hold: 1 } })
      // @ts-expect-error neither continuation names such a field
      turn.send(Ledger, 'ada', { then: 'held', otherwise: 'refused', with: { hold: 'x', lot: 'y' } })
      // @ts-expect-error nothing to carry without a continuation
      turn.send(Ledger, 'ada', { with: { hold: 'x' } })
      turn.send(Ledger, 'ada', { then: 'settled', with: { hold: 'x' } }).hold({ hold: 'x', amount: 1 })
      // @ts-expect-error 'settled' does not take this reply: `release` has none
      turn.send(Ledger, 'ada', { then: 'settled', with: { hold: 'x' } }).release({ hold: 'x' })
      // @ts-expect-error 'settled' does not take this reply: it has an id, and nothing left
      turn.send(Mail, 'a@b.c', { then: 'settled', with: { hold: 'x' } }).deliver({ subject: '' })
      // @ts-expect-error 'failed' wants a rejection, and `then` brings a reply
      turn.send(Ledger, 'ada', { then: 'failed' }).hold({ hold: 'x', amount: 1 })
      // @ts-expect-error the timer's message takes no input
      turn.after(60_000, 'closing').close({})
      // @ts-expect-error a timer has a name
      turn.after(60_000).close()
      // @ts-expect-error a timer for a read
      turn.after(60_000, 'look').standing()
      // @ts-expect-error no such event
      turn.publish('lowest', { bidder: 'ada', amount: 1 })
      // @ts-expect-error a rejection of another message
      turn.reject('INSUFFICIENT_FUNDS', { available: 1 })
      // @ts-expect-error a list has a limit
      turn.list(Ledger, { prefix: 'a' })
      // @ts-expect-error no such config
      turn.config.feePercnt
      // @ts-expect-error a wait has a deadline
      turn.defer({})
      // @ts-expect-error a plain string answers nobody
      turn.reply('token', { highest: 1 })
      const caller = turn.defer({ deadline: 1 })
      // @ts-expect-error not the output of 'bid'
      turn.reply(caller, { lowest: 1 })
      // @ts-expect-error 'bid' is not answered without its output
      turn.reply(caller)
      // @ts-expect-error not a rejection of 'bid'
      turn.rejectTo(caller, 'TOO_LATE', {})
      return { highest: 0 }
    },
    held(state, { hold }, turn) {
      // @ts-expect-error only 'bid' may be answered with this
      state.pending[hold] = { bidder: '', amount: 0, caller: turn.defer({ deadline: 1 }) }
    },
    // @ts-expect-error a read does not make anyone wait
    standing: (_state, _input, turn) => turn.defer({ deadline: 1 }),
  },
  attached: (_state, _connection, turn) => {
    // @ts-expect-error nobody waits for an answer here
    turn.reject('CLOSED', {})
  },
})
declared.implement({
  initial,
  handlers: {
    ...handlers(),
    // @ts-expect-error neither an output nor the token of a deferral (TypeScript marks the handler, not the `return`)
    bid(_state, _input, turn) {
      turn.defer({ deadline: 1 })
    },
  },
})
declared.implement({
  initial,
  handlers: {
    ...handlers(),
    // @ts-expect-error not a reply of this contract
    async bid() {
      return { lowest: 0 }
    },
  },
})
declared.implement({
  initial,
  // @ts-expect-error the handlers of 'close' and others are missing
  handlers: { open() {}, bid: () => ({ highest: 0 }), held() {} },
})
declared.implement({
  initial,
  handlers: {
    open() {},
    bid: () => ({ highest: 0 }),
    held() {},
    refused() {},
    settled() {},
    failed() {},
    close() {},
    standing: () => ({ highest: 0, endsAt: 0 }),
    // @ts-expect-error a handler without a message
    cancel() {},
  },
})
