/** For tests of the client: a gateway made of frames, a clock that the test moves, and a real gateway with one auction. */

import { manualClock } from '../base/clock.testing.ts'
import type { ClientFrame, ServerFrame } from '../gateway/frames.ts'
import { startGateway } from '../gateway/index.ts'
import type { ClientPowers, SocketLike } from './powers.ts'

type Request = Exclude<ClientFrame, { type: 'ping' }>

/** The other end of one socket that the client opened. */
export type FakeSocket = SocketLike & {
  readonly received: ClientFrame[]
  closed: boolean
  say(frame: ServerFrame): void
  hello(): void
  /** The connection is lost. */
  drop(): void
  /** The last request of a type. */
  last<T extends Request['type']>(type: T): Extract<Request, { type: T }>
}

export function fakeGateway() {
  const sockets: FakeSocket[] = []
  const reported: unknown[] = []
  const clock = manualClock()
  let count = 0
  const powers: ClientPowers = {
    open() {
      const socket: FakeSocket = {
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        received: [],
        closed: false,
        send: (text) => void socket.received.push(JSON.parse(text)),
        close: () => {
          socket.closed = true
        },
        say: (frame) => socket.onmessage?.({ data: JSON.stringify(frame) }),
        hello: () =>
          socket.say({
            type: 'hello',
            connection: 'c',
            heartbeatMs: 1_000,
            limits: { frameBytes: 1_000, callsInFlight: 4, attachments: 10 },
          }),
        drop: () => socket.onclose?.({ code: 1006, reason: '' }),
        last(type) {
          const found = socket.received.findLast((frame) => frame.type === type)
          if (found === undefined) throw new Error(`no ${type} was sent`)
          return found as never
        },
      }
      sockets.push(socket)
      return socket
    },
    after: clock.after,
    monotonicMs: clock.monotonicMs,
    random: () => 0.5,
    unique: () => `key-${++count}`,
    report: (error) => reported.push(error),
  }
  return {
    powers,
    sockets,
    reported,
    get socket(): FakeSocket {
      const last = sockets.at(-1)
      if (last === undefined) throw new Error('no socket was opened')
      return last
    },
    advance: clock.advance,
  }
}

type Attached = {
  readonly connection: string
  readonly onEvent: (event: { event: string; data: string; sequence: number }) => void
}

/** One auction in memory behind a real gateway: its state is the sum of its events, so that anyone can check. */
export type AuctionStore = { highest: number; sequence: number; readonly done: Map<string, string> }
export const emptyStore = (): AuctionStore => ({ highest: 0, sequence: 0, done: new Map() })

export async function realAuction(options: { port?: number; store?: AuctionStore } = {}) {
  const store = options.store ?? emptyStore()
  let count = 0
  const attached = new Map<string, Attached>()
  const replied = (output: unknown) => ({ type: 'replied', output: JSON.stringify(output) }) as const
  const standing = () => ({
    answer: replied({ highest: store.highest, endsAt: 0 }),
    sequence: store.sequence,
    revision: store.sequence,
  })
  const message = { access: 'public', read: false, creates: false, input: null, output: null, rejects: {} } as const
  const gateway = await startGateway({
    codified: { type: 'http', port: 0, expose: ['auction'], authenticates: false, routes: {} },
    system: 'auction-house',
    listen: { host: '127.0.0.1', port: options.port ?? 0 },
    contracts: new Map([
      [
        'auction',
        {
          name: 'auction',
          key: { type: 'string' },
          messages: { bid: message, standing: { ...message, read: true } },
          events: { highest: { type: 'object' } },
          indexes: [],
        },
      ],
    ]),
    router: {
      async request({ input, idempotencyKey }) {
        const before = idempotencyKey === null ? undefined : store.done.get(idempotencyKey)
        if (before !== undefined) return { type: 'replied', output: before }
        const { amount } = JSON.parse(input ?? '{}') as { amount: number }
        if (amount <= store.highest) {
          return { type: 'rejected', code: 'BID_TOO_LOW', data: JSON.stringify({ highest: store.highest }) }
        }
        store.highest = amount
        store.sequence++
        const event = { event: 'highest', data: JSON.stringify({ bidder: 'ada', amount }), sequence: store.sequence }
        for (const { onEvent } of attached.values()) onEvent(event)
        if (idempotencyKey !== null) store.done.set(idempotencyKey, JSON.stringify({ highest: amount }))
        return replied({ highest: amount })
      },
      read: async () => standing(),
      async attach({ connection, to, onEvent }) {
        attached.set(`${connection} ${to.key}`, { connection, onEvent })
        return { answer: { type: 'replied', output: null }, sequence: store.sequence }
      },
      detach: (connection, to) => void attached.delete(`${connection} ${to.key}`),
      disconnect(connection) {
        for (const [name, one] of attached) if (one.connection === connection) attached.delete(name)
      },
    },
    authenticate: null,
    routes: () => null,
    readiness: () => [],
    limits: {},
    clock: {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(delayMs, then) {
        const timer = setTimeout(then, delayMs)
        return { cancel: () => clearTimeout(timer) }
      },
    },
    random: { hex: (bytes) => String(++count).padStart(2 * bytes, '0') },
    log: () => {},
    inspect: false,
  })
  return { gateway, url: `ws://127.0.0.1:${gateway.port}`, attached }
}
