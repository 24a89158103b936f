/** A lot from its opening to its sale: who gets what, and who is told what. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOT, LOT_MS, openHouse, purse } from '../house.testing.ts'
import { Auction } from './contract.ts'

test('a lot that is opened has no bid, and stands where everyone can see it', async () => {
  await using house = await openHouse([])
  assert.deepEqual(await house.as('anyone').at(Auction, 'lot-1').standing(), {
    title: 'Vase',
    phase: 'open',
    highest: 0,
    bidder: null,
    bids: 0,
    endsAt: LOT.endsAt,
  })
})

test('a lot that nobody opened is not found', async () => {
  await using house = await openHouse(['ada'])
  await assert.rejects(house.as('ada').at(Auction, 'lot-2').bid({ amount: 1 }), { code: 'NOT_FOUND' })
})

test('whoever is outbid gets the money back', async () => {
  await using house = await openHouse(['ada', 'bob'])
  await house.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
  assert.deepEqual(await purse(house, 'ada'), { available: 990, held: 10 })
  await house.as('bob').at(Auction, 'lot-1').bid({ amount: 20 })
  await house.quiet()
  assert.deepEqual(await purse(house, 'ada'), { available: 1_000, held: 0 })
  assert.deepEqual(await purse(house, 'bob'), { available: 980, held: 20 })
})

test('a bid that is not higher is rejected with the highest, and holds nothing', async () => {
  await using house = await openHouse(['ada', 'bob'])
  await house.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
  await assert.rejects(house.as('bob').at(Auction, 'lot-1').bid({ amount: 10 }), {
    code: 'BID_TOO_LOW',
    data: { highest: 10 },
  })
  await house.quiet()
  assert.deepEqual(await purse(house, 'bob'), { available: 1_000, held: 0 })
})

test('of two bids at once the higher one stands, and the other has its money back', async () => {
  await using house = await openHouse(['ada', 'bob'])
  const [ada, bob] = await Promise.allSettled([
    house.as('ada').at(Auction, 'lot-1').bid({ amount: 30 }),
    house.as('bob').at(Auction, 'lot-1').bid({ amount: 20 }),
  ])
  await house.quiet()
  assert.deepEqual([ada.status, bob.status], ['fulfilled', 'rejected'])
  assert.equal((await house.at(Auction, 'lot-1').standing()).bidder, 'ada')
  assert.deepEqual(await purse(house, 'bob'), { available: 1_000, held: 0 })
})

test('a bid beyond what the bidder has is rejected, and so is one without an account', async () => {
  await using house = await openHouse(['ada'])
  await assert.rejects(house.as('ada').at(Auction, 'lot-1').bid({ amount: 1_001 }), { code: 'NO_FUNDS' })
  await assert.rejects(house.as('nobody').at(Auction, 'lot-1').bid({ amount: 1 }), { code: 'NO_FUNDS' })
  assert.deepEqual(await purse(house, 'ada'), { available: 1_000, held: 0 })
  assert.equal((await house.at(Auction, 'lot-1').standing()).bids, 0)
})

test('when its time is up a lot closes, and pays the seller and the house', async () => {
  await using house = await openHouse(['ada'])
  const watched = await house.watch(Auction, 'lot-1')
  await house.as('ada').at(Auction, 'lot-1').bid({ amount: 100 })
  await house.clock.advance(LOT_MS - 1)
  assert.equal((await house.at(Auction, 'lot-1').standing()).phase, 'open')
  await house.clock.advance(1)
  assert.equal((await house.at(Auction, 'lot-1').standing()).phase, 'closed')
  assert.deepEqual(await purse(house, 'ada'), { available: 900, held: 0 })
  assert.deepEqual(await purse(house, 'carol'), { available: 97.5, held: 0 })
  assert.deepEqual(await purse(house, 'house'), { available: 2.5, held: 0 })
  assert.deepEqual(
    watched.events.map(({ event, data }) => [event, data]),
    [
      ['highest', { bidder: 'ada', amount: 100, bids: 1 }],
      ['closed', { winner: 'ada', amount: 100 }],
    ],
  )
  await assert.rejects(house.as('ada').at(Auction, 'lot-1').bid({ amount: 200 }), { code: 'CLOSED' })
})

test('a lot without a bid closes and moves no money', async () => {
  await using house = await openHouse([])
  await house.clock.advance(LOT_MS)
  const { phase, bidder } = await house.at(Auction, 'lot-1').standing()
  assert.deepEqual([phase, bidder], ['closed', null])
  await assert.rejects(purse(house, 'carol'), { code: 'NOT_FOUND' })
})
