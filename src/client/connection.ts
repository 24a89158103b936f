/**
 * A connection to one gateway, for any number of components and entities: one WebSocket, opened when it is first needed,
 * and opened again until `close`.
 */
import type { Contract, KeyOf } from '../component/index.ts'
import type { ServerFrame } from '../gateway/frames.ts'
import type { CallOptions, Entity, Numbered, Watching } from './entity.ts'
import { clientError } from './errors.ts'
import { Feed } from './feed.ts'
import type { Follow } from './follower.ts'
import { Link } from './link.ts'
import { type ClientPowers, globalPowers } from './powers.ts'
import { type Answered, Requests } from './requests.ts'

export type ConnectOptions = CallOptions & {
  /** How long a request waits for a connection before it is given up. @default 30_000 */
  readonly patienceMs?: number
  /** Replaces what is taken from the surroundings: to send headers with the `ws` package, or in tests. */
  readonly powers?: Partial<ClientPowers>
}

/** The public messages and events of one component. */
export type Client<C extends Contract> = {
  /** `options` hold for the calls of this handle. */
  at(key: KeyOf<C>, options?: CallOptions): Entity<C>
}

type Seen = {
  readonly input?: unknown
  snapshot(output: unknown, at: Numbered): void
  readonly on?: Readonly<Record<string, (data: unknown, at: Numbered) => void>>
  failed?(error: unknown): void
}

export class Connection {
  readonly #powers: ClientPowers
  readonly #options: CallOptions
  readonly #link: Link
  readonly #requests: Requests
  readonly #feeds = new Map<string, Feed>()
  #closed = false

  /** @throws CLIENT_URL_INVALID */
  constructor(url: string, options: ConnectOptions = {}) {
    const powers = { ...globalPowers, ...options.powers }
    this.#powers = powers
    this.#options = options
    this.#requests = new Requests({
      after: powers.after,
      send: (frame) => this.#link.send(frame),
      patienceMs: options.patienceMs ?? 30_000,
    })
    this.#link = new Link({
      ...powers,
      url: socketUrl(url),
      up: ({ limits }) => {
        this.#requests.up(limits)
        for (const feed of this.#feeds.values()) feed.attach()
      },
      frame: (frame) => this.#received(frame),
      going: () => this.#requests.hold(),
      down: () => this.#requests.down(),
    })
  }

  /** `up`: frames pass. `opening` and `waiting` (for the next attempt) end by themselves. */
  get state(): 'idle' | 'opening' | 'up' | 'waiting' | 'closed' {
    return this.#link.stage
  }

  /** One component behind this gateway. Name the contract by type: `connection.of<typeof Auction>('auction')`. */
  of<C extends Contract>(component: C['name']): Client<C> {
    return { at: (key, options) => this.#entity<C>({ component, key }, { ...this.#options, ...options }) }
  }

  /** Ends the connection for good: what waits rejects, what was sent has an unknown outcome, followers hear no more. */
  close(): void {
    this.#closed = true
    for (const feed of this.#feeds.values()) feed.end()
    this.#feeds.clear()
    this.#requests.close()
    this.#link.close()
  }

  #received(frame: ServerFrame): void {
    switch (frame.type) {
      case 'event':
        return this.#feeds.get(frame.to)?.event(frame)
      case 'lagged':
        return this.#feeds.get(frame.to)?.attach()
      case 'reply':
      case 'attached':
      case 'rejected':
      case 'failed':
        return this.#requests.answered(frame)
      case 'hello':
      case 'pong':
      case 'going':
        return
      default:
        frame satisfies never
    }
  }

  #entity<C extends Contract>(
    of: { readonly component: string; readonly key: string },
    options: CallOptions,
  ): Entity<C> {
    const own: Watching<C> = {
      on: (event, seen, how) =>
        this.#feed(of).listen({
          event,
          seen: ({ data, sequence }) => seen(data as Parameters<typeof seen>[0], { sequence }),
          failed: how?.failed ?? this.#powers.report,
        }),
      follow: (read, seen) => this.#feed(of).follow(this.#follow(String(read), seen)),
    }
    const call = (message: string) => (input: unknown) => this.#call(of, { message, input, options })
    // A `then` would make every handle a promise, and `await` would send it as a message.
    const silent = (name: string | symbol) => typeof name === 'symbol' || name === 'then' || name === 'toJSON'
    // The contract is here by type alone, so every other name is taken for a message: the gateway knows which there are.
    return new Proxy(own, {
      get: (_, name) =>
        silent(name) ? undefined : Object.hasOwn(own, name) ? Reflect.get(own, name) : call(String(name)),
    }) as Entity<C>
  }

  #follow(read: string, following: object): Follow {
    // The types of outputs and events are the contract's, which is not here: the gateway keeps its side of them.
    const seen = following as Seen
    return {
      read,
      input: seen.input,
      snapshot: (output, sequence) => seen.snapshot(output, { sequence }),
      event: ({ event, data, sequence }) => {
        if (seen.on && Object.hasOwn(seen.on, event)) seen.on[event]?.(data, { sequence })
      },
      failed: (error) => (seen.failed ? seen.failed(error) : this.#powers.report(error)),
    }
  }

  #call(
    { component, key }: { readonly component: string; readonly key: string },
    { message, input, options }: { readonly message: string; readonly input: unknown; readonly options: CallOptions },
  ): Promise<unknown> {
    this.#link.start()
    const once = options.idempotencyKey ?? (options.retry ? this.#powers.unique() : undefined)
    const to = `${component}/${key}`
    const frame = {
      type: 'call',
      to,
      message,
      ...(input !== undefined && { input }),
      ...(once !== undefined && { idempotencyKey: once }),
    } as const
    return new Promise((resolve, reject) => {
      const answered = (answer: Answered) => resolve(answer.output)
      this.#requests.ask(frame, { of: { component, message }, fleeting: false, resolve: answered, reject })
    })
  }

  #feed(of: { readonly component: string; readonly key: string }): Feed {
    if (this.#closed) throw clientError('CLIENT_CLOSED')
    this.#link.start()
    const to = `${of.component}/${of.key}`
    const known = this.#feeds.get(to)
    if (known) return known
    const { after, random, report } = this.#powers
    const feed: Feed = new Feed(of, {
      after,
      random,
      report,
      requests: this.#requests,
      isUp: () => this.#link.stage === 'up',
      empty: () => {
        if (this.#feeds.get(to) === feed) this.#feeds.delete(to)
      },
    })
    this.#feeds.set(to, feed)
    return feed
  }
}

/** The gateway's WebSocket: `http` becomes `ws`, and without a path it is `/ws`. */
function socketUrl(text: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href
  if (!URL.canParse(text, base)) throw clientError('CLIENT_URL_INVALID')
  const url = new URL(text, base)
  if (url.protocol === 'http:' || url.protocol === 'https:') url.protocol = url.protocol.replace('http', 'ws')
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw clientError('CLIENT_URL_INVALID')
  if (url.pathname === '/') url.pathname = '/ws'
  url.hash = ''
  return url.href
}
