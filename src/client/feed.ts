/**
 * The events of one entity, for everyone on this connection who wants them. Attached once, it gives each listener the
 * events, and each follower a read with the events that came after it. Whenever an event may have been missed (the
 * connection was lost, the gateway dropped events, a number is skipped) it attaches anew, and followers read anew.
 *
 * Invariants: a follower sees a snapshot first, then every event after it, once and in order, until the next snapshot.
 * Events between an attach and its answer belong to the attachment before it, and are not looked at.
 */
import { backoffMs } from './backoff.ts'
import { isPassing } from './errors.ts'
import { type FeedEvent, type Follow, Follower, guarded } from './follower.ts'
import type { ClientPowers } from './powers.ts'
import { type Answering, type Asked, LinkLost, type Requests } from './requests.ts'

export type Listener = {
  readonly event: string
  readonly seen: (event: FeedEvent) => void
  readonly failed: (error: unknown) => void
}

export type FeedPowers = Pick<ClientPowers, 'after' | 'random' | 'report'> & {
  readonly requests: Requests
  readonly isUp: () => boolean
  /** Nobody listens any more. */
  readonly empty: () => void
}

export class Feed {
  readonly #component: string
  readonly #to: string
  readonly #powers: FeedPowers
  readonly #listeners = new Set<Listener>()
  readonly #followers = new Set<Follower>()
  /** Number of the last event that was seen; null while not attached. */
  #sequence: number | null = null
  /** Counts attaches; an answer to an earlier one is nobody's. */
  #round = 0
  #attempt = 0

  constructor(of: { readonly component: string; readonly key: string }, powers: FeedPowers) {
    this.#component = of.component
    this.#to = `${of.component}/${of.key}`
    this.#powers = powers
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#round === 0 && this.#powers.isUp()) this.attach()
    return () => {
      if (this.#listeners.delete(listener)) this.#left()
    }
  }

  follow(of: Follow): () => void {
    const { after, random, report } = this.#powers
    const follower: Follower = new Follower(of, {
      after,
      random,
      report,
      ask: (read, input, how) =>
        this.#ask({ type: 'call', to: this.#to, message: read, ...(input !== undefined && { input }) }, read, how),
      failed: (error) => {
        follower.failed(error)
        if (this.#followers.delete(follower)) this.#left()
      },
    })
    this.#followers.add(follower)
    if (this.#powers.isUp()) {
      if (this.#round === 0) this.attach()
      else follower.restart()
      if (this.#sequence !== null) follower.attached(this.#sequence)
    }
    return () => {
      follower.leave()
      if (this.#followers.delete(follower)) this.#left()
    }
  }

  /** On a new connection, and whenever events may have been missed. */
  attach(): void {
    const round = ++this.#round
    this.#sequence = null
    this.#ask({ type: 'attach', to: this.#to }, 'attach', {
      resolve: (answer) => {
        if (round !== this.#round) return
        this.#attempt = 0
        this.#sequence = answer.sequence ?? 0
        for (const follower of this.#followers) follower.attached(this.#sequence)
      },
      reject: (error) => {
        if (round === this.#round) this.#refused(error)
      },
    })
    // In the same breath: the gateway attaches first, then reads.
    for (const follower of this.#followers) follower.restart()
  }

  event(event: FeedEvent): void {
    if (this.#sequence === null) return
    if (event.sequence !== this.#sequence + 1) return this.attach()
    this.#sequence = event.sequence
    for (const { event: name, seen } of this.#listeners) {
      if (name === event.event) guarded(this.#powers.report, () => seen(event))
    }
    for (const follower of this.#followers) follower.event(event)
  }

  /** Nobody hears anything any more, not even that it ended. */
  end(): void {
    this.#round++
    for (const follower of this.#followers) follower.leave()
    this.#followers.clear()
    this.#listeners.clear()
  }

  #ask(frame: Asked, message: string, how: Answering): void {
    this.#powers.requests.ask(frame, { of: { component: this.#component, message }, fleeting: true, ...how })
  }

  #left(): void {
    if (this.#listeners.size + this.#followers.size > 0) return
    const wasAttached = this.#round > 0 && this.#powers.isUp()
    this.#round++
    this.#sequence = null
    this.#powers.empty()
    if (wasAttached) this.#ask({ type: 'detach', to: this.#to }, 'detach', { resolve: () => {}, reject: () => {} })
  }

  #refused(error: unknown): void {
    // On the next connection all begins anew.
    if (error instanceof LinkLost) return
    if (isPassing(error)) {
      const round = this.#round
      this.#powers.after(backoffMs(this.#attempt++, this.#powers.random()), () => {
        if (round === this.#round) this.attach()
      })
      return
    }
    const listeners = [...this.#listeners]
    const followers = [...this.#followers]
    this.#listeners.clear()
    this.#followers.clear()
    this.#round++
    this.#powers.empty()
    for (const { failed } of listeners) guarded(this.#powers.report, () => failed(error))
    for (const follower of followers) follower.failed(error)
  }
}
