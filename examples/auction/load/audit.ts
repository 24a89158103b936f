/** When all is quiet: do the house's books say what it has acknowledged, and is all the money still there? */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import type { Lot } from './bidder.ts'

type Balance = { available: number; held: number; granted: number }

const POLL_MS = 200
const CENT = 0.01

export async function audit(options: {
  url: string
  lots: readonly Lot[]
  bidders: readonly string[]
  seller: string
  account: Account
  /** Money in flight arrives within this time, or is missing. */
  patienceMs: number
}): Promise<void> {
  const { url, lots, bidders, account, patienceMs } = options
  const read = async <T>(path: string): Promise<T | undefined> => {
    for (;;) {
      const response = await fetch(`${url}/${path}`).catch(() => undefined)
      if (response?.ok) return (await response.json()) as T
      if (response?.status === 404) return undefined
      await sleep(POLL_MS)
    }
  }

  for (const { name } of lots) {
    const standing = await read<{ highest: number; bids: number; bidder: string | null }>(`auction/${name}/standing`)
    if (standing) account.audit(name, standing)
    else account.break(`${name}: the lot is gone`)
  }

  // The highest bid of every lot is held, everything else is available, and nothing is made or lost on the way.
  const heldByLots = lots.reduce((sum, lot) => sum + highestAcknowledged(account, lot.name), 0)
  let last = ''
  for (const untilMs = Date.now() + patienceMs; Date.now() < untilMs; await sleep(POLL_MS)) {
    let [available, held, granted] = [0, 0, 0]
    for (const name of bidders) {
      const balance = await read<Balance>(`ledger/${name}/balance`)
      available += balance?.available ?? 0
      held += balance?.held ?? 0
      granted += balance?.granted ?? 0
    }
    const missing = granted - available - held
    if (Math.abs(missing) < CENT / 2 && Math.abs(held - heldByLots) < CENT / 2) return
    last = `granted ${granted.toFixed(2)}, available ${available.toFixed(2)}, held ${held.toFixed(2)}, held by the highest bids ${heldByLots.toFixed(2)}`
  }
  account.break(`money is not conserved: ${last}`)
}

function highestAcknowledged(account: Account, lot: string): number {
  return (account.promises.acknowledged.get(lot) ?? []).reduce((most, { amount }) => Math.max(most, amount), 0)
}
