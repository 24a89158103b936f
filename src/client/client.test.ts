import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { contract, isRejection } from '../component/index.ts'
import { client, connect } from './client.ts'
import { globalPowers, type SocketLike } from './powers.ts'
import { emptyStore, realAuction } from './scripted.testing.ts'

const cents = z.int()
export const Auction = contract('auction', {
  key: z.string(),
  messages: {
    open: { creates: true, input: z.strictObject({}) },
    bid: {
      access: 'public',
      input: z.strictObject({ amount: cents }),
      output: z.strictObject({ highest: cents }),
      rejects: { BID_TOO_LOW: z.strictObject({ highest: cents }) },
    },
    standing: { access: 'public', read: true, output: z.strictObject({ highest: cents, endsAt: z.number() }) },
    history: { access: 'public', read: true, input: z.strictObject({ after: cents }), output: z.array(cents) },
  },
  events: {
    highest: z.strictObject({ bidder: z.string(), amount: cents }),
    closed: z.strictObject({ at: z.number() }),
  },
})

/** Sockets that the test can cut, with attempts that follow at once. */
function cutting() {
  const sockets: SocketLike[] = []
  const open = (url: string) => {
    const socket = globalPowers.open(url)
    sockets.push(socket)
    return socket
  }
  return { powers: { open, random: () => 0.01 }, sockets, cut: () => sockets.at(-1)?.close() }
}

const until = async (condition: () => boolean) => {
  for (const end = Date.now() + 5_000; !condition(); ) {
    if (Date.now() > end) throw new Error(`it did not happen: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

test('a call is typed by its contract, and so is what it rejects with', async (t) => {
  const house = await realAuction()
  const auctions = client<typeof Auction>(house.url, 'auction')
  t.after(() => {
    auctions.close()
    return house.gateway.stop({ graceMs: 0 })
  })
  const lot = auctions.at('lot-1')
  const reply: { highest: number } = await lot.bid({ amount: 5 })
  assert.deepEqual(reply, { highest: 5 })
  const error: unknown = await lot.bid({ amount: 3 }).catch((error: unknown) => error)
  assert.ok(isRejection(error, Auction, 'bid'))
  if (error.code === 'BID_TOO_LOW') assert.equal(error.data.highest satisfies number, 5)
  else assert.fail(error.code)
  assert.ok(!isRejection(error, Auction, 'standing'))
})

test('components, entities and followers share one socket', async (t) => {
  const house = await realAuction()
  const { powers, sockets } = cutting()
  const connection = connect(house.url, { powers })
  t.after(() => {
    connection.close()
    return house.gateway.stop({ graceMs: 0 })
  })
  const seen: number[] = []
  connection
    .of<typeof Auction>('auction')
    .at('lot-1')
    .on('highest', ({ amount }) => seen.push(amount))
  let standing = 0
  connection
    .of<typeof Auction>('auction')
    .at('lot-2')
    .follow('standing', {
      snapshot: ({ highest }) => {
        standing = highest
      },
      on: {
        highest: ({ amount }) => {
          standing = amount
        },
      },
    })
  await until(() => house.attached.size === 2)
  await connection.of<typeof Auction>('auction').at('lot-1').bid({ amount: 1 })
  await until(() => seen.length === 1 && standing === 1)
  assert.equal(sockets.length, 1)
})

test('a follower and retried calls come through cuts, a restart and a slow reader with every bid once', async (t) => {
  const store = emptyStore()
  let house = await realAuction({ store })
  const { port } = house.gateway
  const bidding = cutting()
  const watching = cutting()
  const bidder = connect(house.url, { retry: true, powers: bidding.powers })
  const watcher = connect(house.url, { powers: watching.powers })
  t.after(() => {
    bidder.close()
    watcher.close()
    return house.gateway.stop({ graceMs: 0 })
  })
  let shown = -1
  let last = -1
  let snapshots = 0
  watcher
    .of<typeof Auction>('auction')
    .at('lot-1')
    .follow('standing', {
      snapshot({ highest }, { sequence }) {
        snapshots++
        shown = highest
        last = sequence
      },
      on: {
        highest({ amount }, { sequence }) {
          assert.equal(sequence, last + 1)
          // Every bid is one more than the last, so a bid that is done twice, or an event that is lost, shows.
          assert.equal(amount, shown + 1)
          shown = amount
          last = sequence
        },
      },
    })
  const lot = bidder.of<typeof Auction>('auction').at('lot-1')
  await until(() => shown === 0)
  for (let amount = 1; amount <= 300; amount++) {
    const bid = lot.bid({ amount })
    if (amount % 20 === 0) bidding.cut()
    if (amount % 30 === 0) watching.cut()
    assert.deepEqual(await bid, { highest: amount })
  }
  await until(() => shown === 300)
  assert.ok(snapshots > 1)

  await house.gateway.stop({ graceMs: 1_000 })
  const late = lot.bid({ amount: 301 })
  house = await realAuction({ port, store })
  assert.deepEqual(await late, { highest: 301 })
  await until(() => shown === 301)
})

/** Never called: what must not compile. */
export function wrongCode(): void {
  const lot = client<typeof Auction>('ws://localhost', 'auction').at('lot-1')
  // @ts-expect-error the name of another component
  client<typeof Auction>('ws://localhost', 'ledger')
  // @ts-expect-error not public
  lot.open({})
  // @ts-expect-error a wrong input
  lot.bid({ amount: '1' })
  // @ts-expect-error the input is missing
  lot.bid()
  // @ts-expect-error no such event
  lot.on('lowest', () => {})
  // @ts-expect-error a bid is no read
  lot.follow('bid', { snapshot() {} })
  // @ts-expect-error the input of the read is missing
  lot.follow('history', { snapshot() {} })
  // @ts-expect-error this read has no input
  lot.follow('standing', { input: { after: 1 }, snapshot() {} })
  lot.follow('history', { input: { after: 1 }, snapshot: (list) => list satisfies number[] })
  lot.follow('standing', {
    snapshot: ({ highest }) => highest satisfies number,
    on: {
      closed: ({ at }) => at satisfies number,
      highest: ({ amount }, { sequence }) => [amount, sequence] satisfies number[],
    },
  })
  // @ts-expect-error no such event
  lot.follow('standing', { snapshot() {}, on: { lowest() {} } })
}
