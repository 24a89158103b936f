/**
 * One follower of an entity: a read, and the events that came after it. The read and the attachment are asked for in one
 * breath and answered in any order; the snapshot is shown once both are there and no event can lie between them.
 */
import type { ServerFrame } from '../gateway/frames.ts'
import { backoffMs } from './backoff.ts'
import { isPassing } from './errors.ts'
import type { ClientPowers } from './powers.ts'
import { type Answering, LinkLost } from './requests.ts'

/** Events that wait for the snapshot; more, and it is read again. */
const EARLY_EVENTS_MAX = 10_000

export type FeedEvent = Extract<ServerFrame, { type: 'event' }>
export type Follow = {
  readonly read: string
  readonly input: unknown
  readonly snapshot: (output: unknown, sequence: number) => void
  readonly event: (event: FeedEvent) => void
  readonly failed: (error: unknown) => void
}

export type FollowerPowers = Pick<ClientPowers, 'after' | 'random' | 'report'> & {
  readonly ask: (read: string, input: unknown, how: Answering) => void
  /** It cannot go on: takes it out. */
  readonly failed: (error: unknown) => void
}

export class Follower {
  readonly #of: Follow
  readonly #powers: FollowerPowers
  /** Tells the answer of this read from one that was asked before. */
  #round = 0
  #attempt = 0
  /** Events after this number come; null while the entity is not attached. */
  #attachedFrom: number | null = null
  #read: { readonly output: unknown; readonly sequence: number } | null = null
  #shown = false
  #early: FeedEvent[] = []

  constructor(of: Follow, powers: FollowerPowers) {
    this.#of = of
    this.#powers = powers
  }

  /** Begins anew: nothing that was asked before is listened to. */
  restart(): void {
    this.#attachedFrom = null
    this.#early = []
    this.#ask()
  }

  attached(sequence: number): void {
    this.#attachedFrom = sequence
    this.#showWhenWhole()
  }

  event(event: FeedEvent): void {
    if (this.#shown) return this.#pass(event)
    if (this.#early.length < EARLY_EVENTS_MAX) {
      this.#early.push(event)
      return
    }
    this.#early = []
    this.attached(event.sequence)
    this.#ask()
  }

  leave(): void {
    this.#round++
    this.#shown = false
  }

  failed(error: unknown): void {
    this.leave()
    guarded(this.#powers.report, () => this.#of.failed(error))
  }

  #ask(): void {
    const round = ++this.#round
    this.#read = null
    this.#shown = false
    this.#powers.ask(this.#of.read, this.#of.input, {
      resolve: (answer) => {
        if (round !== this.#round) return
        this.#attempt = 0
        this.#read = { output: answer.output, sequence: answer.sequence ?? 0 }
        this.#showWhenWhole()
      },
      reject: (error) => {
        // On the next connection all begins anew.
        if (round !== this.#round || error instanceof LinkLost) return
        if (!isPassing(error)) return this.#powers.failed(error)
        this.#powers.after(backoffMs(this.#attempt++, this.#powers.random()), () => {
          if (round === this.#round) this.#ask()
        })
      },
    })
  }

  #showWhenWhole() {
    const read = this.#read
    if (read === null || this.#attachedFrom === null || this.#shown) return
    // Read before the attachment began: the events in between came to nobody.
    if (read.sequence < this.#attachedFrom) return this.#ask()
    this.#shown = true
    guarded(this.#powers.report, () => this.#of.snapshot(read.output, read.sequence))
    const early = this.#early
    this.#early = []
    for (const event of early) this.#pass(event)
  }

  #pass(event: FeedEvent): void {
    if (this.#shown && this.#read !== null && event.sequence > this.#read.sequence) {
      guarded(this.#powers.report, () => this.#of.event(event))
    }
  }
}

/** What a callback throws is its own affair: it is reported, and the rest goes on. */
export function guarded(report: (error: unknown) => void, callback: () => void): void {
  try {
    callback()
  } catch (error) {
    report(error)
  }
}
