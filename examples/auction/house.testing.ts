/** The house in one process, for the tests of the example. */
import { type TestOptions, type TestSystem, testSystem } from 'selfsame/testkit'
import { Auction } from './auction/contract.ts'
import { Ledger } from './ledger/contract.ts'
import system from './system.ts'

/** How long the lot is open: short, because every simulated second is looked through for what is due. */
export const LOT_MS = 2_000
export const START_MS = Date.UTC(2026, 0, 1)
export const LOT = { title: 'Vase', seller: 'carol', endsAt: START_MS + LOT_MS }

/** A house with one open lot, `lot-1`, and accounts for `people`. */
export async function openHouse(people: readonly string[], options: TestOptions = {}): Promise<TestSystem> {
  const house = await testSystem(system, {
    config: { ledger: { feePercent: 2.5 } },
    secrets: { SMTP_URL: 'discard:' },
    startMs: START_MS,
    ...options,
  })
  await house.at(Auction, 'lot-1').open(LOT)
  for (const person of people) await house.as(person).at(Ledger, person).join()
  return house
}

/** What someone has, and how much of it is held for bids. */
export async function purse(house: TestSystem, person: string): Promise<{ available: number; held: number }> {
  const { available, held } = await house.at(Ledger, person).balance()
  return { available, held }
}
