import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Auction } from '../../examples/auction/auction/contract.ts'
import { Ledger } from '../../examples/auction/ledger/contract.ts'
import system from '../../examples/auction/system.ts'
import { testSystem } from './index.ts'

const house = () => testSystem(system, { config: { ledger: { feePercent: 2.5 } }, secrets: { SMTP_URL: 'discard:' } })
const lot = { title: 'Vase', seller: 'bob', endsAt: Date.UTC(2026, 0, 2) }

test('a bid holds money, and the highest bidder pays when the lot closes', async () => {
  await using house_ = await house()
  await house_.at(Auction, 'lot-1').open(lot)
  for (const bidder of ['ada', 'eve']) await house_.as(bidder).at(Ledger, bidder).join()
  assert.deepEqual(await house_.as('ada').at(Auction, 'lot-1').bid({ amount: 10 }), { highest: 10 })
  assert.deepEqual(await house_.as('eve').at(Auction, 'lot-1').bid({ amount: 20 }), { highest: 20 })
  await house_.quiet()
  assert.deepEqual(await house_.as('ada').at(Ledger, 'ada').balance(), { available: 1000, held: 0, granted: 1000 })
  await house_.clock.advance(24 * 60 * 60 * 1_000)
  assert.equal((await house_.at(Auction, 'lot-1').standing()).phase, 'closed')
  assert.deepEqual(await house_.at(Ledger, 'eve').balance(), { available: 980, held: 0, granted: 1000 })
  assert.deepEqual(await house_.at(Ledger, 'bob').balance(), { available: 19.5, held: 0, granted: 0 })
  assert.deepEqual(await house_.at(Ledger, 'house').balance(), { available: 0.5, held: 0, granted: 0 })
  assert.deepEqual(await house_.invariants(), [{ name: 'money is conserved', sum: 0, holds: true }])
})

test('a crash loses nothing that was acknowledged, and timers fire after it', async () => {
  await using house_ = await house()
  await house_.at(Auction, 'lot-1').open(lot)
  await house_.at(Ledger, 'ada').join()
  await house_.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
  await house_.crash()
  assert.equal((await house_.at(Auction, 'lot-1').standing()).highest, 10)
  await house_.clock.advance(24 * 60 * 60 * 1_000)
  assert.equal((await house_.at(Auction, 'lot-1').standing()).phase, 'closed')
})

test('a caller that waits when the system crashes is told that the outcome is unknown', async () => {
  await using house_ = await house()
  await house_.at(Auction, 'lot-1').open(lot)
  await house_.at(Ledger, 'ada').join()
  const bid = house_.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
  const told = assert.rejects(bid, { code: 'OUTCOME_UNKNOWN' })
  await house_.crash()
  await told
})

test('events are heard in order by whoever watches', async () => {
  await using house_ = await house()
  await house_.at(Auction, 'lot-1').open(lot)
  await house_.at(Ledger, 'ada').join()
  const watched = await house_.watch(Auction, 'lot-1')
  for (const amount of [1, 2, 3]) await house_.as('ada').at(Auction, 'lot-1').bid({ amount })
  await house_.quiet()
  assert.deepEqual(
    watched.events.map(({ sequence, event, data }) => [sequence, event, (data as { amount: number }).amount]),
    [
      [1, 'highest', 1],
      [2, 'highest', 2],
      [3, 'highest', 3],
    ],
  )
})

test('a route answers in the test as it would behind a gateway', async () => {
  await using house_ = await house()
  await house_.at(Auction, 'lot-1').open(lot)
  const response = await house_.fetch(new Request('http://house/lots'))
  assert.deepEqual(
    ((await response.json()) as { lot: string; title: string }[]).map(({ lot, title }) => [lot, title]),
    [['lot-1', 'Vase']],
  )
})

test('the same seed gives the same run', async () => {
  const run = async () => {
    await using house_ = await house()
    await house_.at(Auction, 'lot-1').open(lot)
    await house_.at(Ledger, 'ada').join()
    await house_.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
    return await house_.state(Auction, 'lot-1')
  }
  assert.deepEqual(await run(), await run())
})

test('a system that the build would refuse is refused here too', async () => {
  const { component, contract, system: systemOf } = await import('../index.ts')
  const { strictObject, string } = await import('zod')
  const Notes = contract('notes', { key: string(), messages: { write: { creates: true } } })
  const notes = component(Notes, { state: strictObject({ text: string() }) }).implement({
    initial: () => ({ text: '' }),
    handlers: { write() {} },
  })
  await assert.rejects(testSystem(systemOf({ name: 'unbounded', components: [notes] })), {
    code: 'SYSTEM_REFUSED',
    message: /SCHEMA_UNBOUNDED/,
  })
})
