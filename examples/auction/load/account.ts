/**
 * The load's own account of what the house has promised. A bid that was acknowledged counts from then on, whatever
 * happens to the house; in the end the house's books must say the same. Broken promises are collected, not thrown.
 */

export type Promises = {
  /** Bids that the house acknowledged, per lot: amounts. */
  readonly acknowledged: ReadonlyMap<string, readonly { bidder: string; amount: number }[]>
  readonly broken: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

const BROKEN_MAX = 100

export class Account {
  readonly #acknowledged = new Map<string, { bidder: string; amount: number }[]>()
  readonly #unknown = new Map<string, number>()
  readonly #lastEvent = new Map<string, { sequence: number; amount: number; bids: number }>()
  readonly #broken: string[] = []
  readonly #counts: Record<string, number> = {}
  readonly #latencies: { atMs: number; ms: number }[] = []

  count(what: string) {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1
  }

  break(promise: string) {
    this.count('broken promises')
    if (this.#broken.length < BROKEN_MAX) this.#broken.push(promise)
  }

  took(atMs: number, ms: number) {
    this.#latencies.push({ atMs, ms })
  }

  bidAcknowledged(lot: string, bid: { bidder: string; amount: number; highest: number }) {
    this.count('bids acknowledged')
    if (bid.highest !== bid.amount) {
      this.break(`${lot}: a bid of ${bid.amount} was acknowledged as ${bid.highest}`)
    }
    const bids = this.#acknowledged.get(lot) ?? []
    bids.push({ bidder: bid.bidder, amount: bid.amount })
    this.#acknowledged.set(lot, bids)
  }

  /** The house never said what became of a bid: the books may have it or not, but must not have more than that. */
  bidUnknown(lot: string) {
    this.count('bids of unknown outcome')
    this.#unknown.set(lot, (this.#unknown.get(lot) ?? 0) + 1)
  }

  /** A watcher attached: events follow from `sequence`. */
  attached(watcher: string, lot: string, at: { sequence: number; highest: number; bids: number }) {
    this.#lastEvent.set(`${watcher} ${lot}`, { sequence: at.sequence, amount: at.highest, bids: at.bids })
  }

  /** Every event is the next one, and every bid is higher than the one before. */
  event(watcher: string, lot: string, event: { sequence: number; name: string; amount: number; bids: number }) {
    this.count('events')
    const place = `${watcher} ${lot}`
    const before = this.#lastEvent.get(place)
    if (!before) return this.break(`${lot}: ${watcher} got event ${event.sequence} without being attached`)
    if (event.sequence !== before.sequence + 1) {
      this.break(`${lot}: ${watcher} got event ${event.sequence} after ${before.sequence}`)
    }
    if (event.name !== 'highest') {
      this.#lastEvent.set(place, { ...before, sequence: event.sequence })
      return
    }
    if (event.amount <= before.amount || event.bids !== before.bids + 1) {
      this.break(
        `${lot}: event ${event.sequence} says bid ${event.bids} of ${event.amount}, after bid ${before.bids} of ${before.amount}`,
      )
    }
    this.#lastEvent.set(place, { sequence: event.sequence, amount: event.amount, bids: event.bids })
  }

  /** What the house's books say of a lot when all is quiet, against what it acknowledged. */
  audit(lot: string, books: { highest: number; bids: number; bidder: string | null }) {
    const promised = this.#acknowledged.get(lot) ?? []
    const best = promised.reduce<{ bidder: string | null; amount: number }>(
      (best, bid) => (bid.amount > best.amount ? bid : best),
      { bidder: null, amount: 0 },
    )
    const unknown = this.#unknown.get(lot) ?? 0
    if (books.bids < promised.length || books.bids > promised.length + unknown) {
      this.break(`${lot}: ${promised.length} bids were acknowledged, the books have ${books.bids}`)
    }
    if (unknown > 0 && books.highest > best.amount) return
    if (books.highest !== best.amount || books.bidder !== best.bidder) {
      this.break(
        `${lot}: the highest acknowledged bid is ${best.amount} by ${best.bidder}, the books say ${books.highest} by ${books.bidder}`,
      )
    }
  }

  /** Latencies of answered calls, in the order they were answered: `atMs` since the epoch, `ms` taken. */
  get latencies(): readonly { atMs: number; ms: number }[] {
    return this.#latencies
  }

  get promises(): Promises {
    return { acknowledged: this.#acknowledged, broken: this.#broken, counts: this.#counts }
  }
}
