/**
 * A crash between any two steps: the system is stopped after one event-loop tick of a bid, of a sale, after two, after
 * three, and so on until it would have been done, and each time booted again. Nothing acknowledged may be missing,
 * nothing may be half done, and once the caller has tried again all is as in the run without a crash.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestSystem } from 'selfsame/testkit'
import { Auction } from './auction/contract.ts'
import { LOT_MS, openHouse, purse } from './house.testing.ts'

const TICKS_MAX = 500
const PEOPLE = ['ada', 'bob', 'carol', 'house']

const tick = () => new Promise((next) => setImmediate(next))

async function houseWithBid(): Promise<TestSystem> {
  const house = await openHouse(['ada', 'bob'])
  await house.as('ada').at(Auction, 'lot-1').bid({ amount: 10 })
  await house.quiet()
  return house
}

/** Everything that people can see, at rest. The books must balance before anything is compared. */
async function books(house: TestSystem) {
  await house.quiet()
  assert.deepEqual(await house.invariants(), [{ name: 'money is conserved', sum: 0, holds: true }])
  const purses: Record<string, unknown> = {}
  for (const person of PEOPLE) purses[person] = await purse(house, person).catch(({ code }) => code)
  const { pending } = (await house.state(Auction, 'lot-1')) as { pending: object }
  return {
    standing: await house.at(Auction, 'lot-1').standing(),
    purses,
    pending: Object.keys(pending).length,
    deadLetters: await house.deadLetters(),
  }
}

/** Runs `act` and crashes `ticks` ticks later. Says whether `act` had been acknowledged by then. */
async function crashIn(house: TestSystem, { ticks, act }: { ticks: number; act: () => Promise<unknown> }) {
  let isDone = false
  const acted = act().then(
    () => {
      isDone = true
    },
    ({ code }) => assert.equal(code, 'OUTCOME_UNKNOWN'),
  )
  for (let i = 0; i < ticks && !isDone; i++) await tick()
  const wasDone = isDone
  await house.crash()
  await acted
  return wasDone
}

test('a bid that a crash cuts off anywhere has happened or has not, and can be made again', async (t) => {
  const bid = (house: TestSystem) => house.as('bob').at(Auction, 'lot-1').bid({ amount: 20 })
  await using undisturbed = await houseWithBid()
  const before = await books(undisturbed)
  await bid(undisturbed)
  const after = await books(undisturbed)

  const seen = { lost: 0, done: 0 }
  for (let ticks = 0; ; ticks++) {
    assert.ok(ticks < TICKS_MAX, 'the bid is never acknowledged')
    await using house = await houseWithBid()
    const acknowledged = await crashIn(house, { ticks, act: () => bid(house) })
    const { standing, ...rest } = await books(house)
    const happened = standing.bids === after.standing.bids
    seen[happened ? 'done' : 'lost'] += 1
    assert.deepEqual({ standing, ...rest }, happened ? after : before, `after ${ticks} ticks`)
    assert.ok(happened || !acknowledged, `an acknowledged bid is there, after ${ticks} ticks`)
    if (!happened) await bid(house)
    assert.deepEqual(await books(house), after, `made again, after ${ticks} ticks`)
    if (acknowledged) break
  }
  t.diagnostic(JSON.stringify(seen))
  assert.ok(seen.lost > 0 && seen.done > 1, 'crashes fell before and after the commit')
})

test('a sale that a crash cuts off anywhere pays everyone once', async (t) => {
  await using undisturbed = await houseWithBid()
  await undisturbed.clock.advance(LOT_MS)
  const after = await books(undisturbed)
  assert.deepEqual(after.purses, {
    ada: { available: 990, held: 0 },
    bob: { available: 1_000, held: 0 },
    carol: { available: 9.75, held: 0 },
    house: { available: 0.25, held: 0 },
  })

  for (let ticks = 0; ; ticks++) {
    assert.ok(ticks < TICKS_MAX, 'the sale is never done')
    await using house = await houseWithBid()
    const done = await crashIn(house, { ticks, act: () => house.clock.advance(LOT_MS) })
    assert.deepEqual(await books(house), after, `after ${ticks} ticks`)
    if (done) {
      t.diagnostic(`${ticks} crashes`)
      break
    }
  }
})
