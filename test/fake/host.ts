/** A host for tests: answers from plain data, remembers what it was asked, and lets a test speak in its log. */
import type { Host, HostEnd, HostStatus, LogFilter, LogLine } from '../../src/host/index.ts'
import type { DeadLetter } from '../../src/turn/index.ts'

export type FakeHost = Host & {
  readonly asked: string[]
  /** Tells all who follow. */
  say(line: LogLine): void
  readonly followers: () => number
}

export const FAKE_STATUS: HostStatus = {
  system: 'auction-house',
  state: 'serving',
  because: [],
  debts: [],
  pid: 4242,
  startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  generation: {
    generation: 3,
    release: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    runtime: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
    node: 'v26.10.0',
    atMs: Date.UTC(2026, 0, 2, 3, 4, 4),
  },
  dataFolder: '/srv/auction',
  cells: [
    {
      name: 'auction',
      kind: 'component',
      state: 'serving',
      digest: 'ab'.repeat(32),
      epoch: 4,
      restarts: 1,
      lastFault: null,
      waiting: 12,
      inFlight: 3,
      heapBytes: 31 * 1024 * 1024,
    },
    {
      name: 'mail',
      kind: 'connector',
      state: 'serving',
      digest: 'cd'.repeat(32),
      epoch: 2,
      restarts: 0,
      lastFault: null,
      waiting: 0,
      inFlight: 0,
      heapBytes: null,
    },
  ],
  store: {
    commit: 120_345,
    entities: { auction: 1_000, ledger: 204 },
    outbox: 3,
    timers: 12,
    waits: 1,
    deadLetters: 1,
    databaseBytes: 12 * 1024 * 1024,
    walBytes: 4 * 1024 * 1024,
    commitMs: { last: 2.125, worst: 23 },
  },
  gateways: [{ host: '127.0.0.1', port: 8080, connections: 12 }],
}

export const FAKE_LETTER: DeadLetter = {
  id: 7,
  to: { component: 'mail', key: 'all' },
  message: 'send',
  input: '{"to":"ann@example.com"}',
  code: 'HANDLER_FAILED',
  reason: 'connect ECONNREFUSED 127.0.0.1:25',
  attempts: 8,
  atMs: Date.UTC(2026, 0, 2, 3, 0, 0),
  cause: 'message',
  sender: { component: 'auction', key: 'lot-1' },
}

export const FAKE_LINES: readonly LogLine[] = [
  { atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6), level: 'info', from: 'host', message: 'serving' },
  {
    atMs: Date.UTC(2026, 0, 2, 3, 4, 6, 7),
    level: 'error',
    from: 'auction',
    message: 'bid failed',
    entity: 'auction/lot-1',
    turn: 17,
    data: { amount: 5 },
  },
]

const matches = ({ component, entity }: LogFilter, line: LogLine): boolean =>
  (component === null || line.from === component) && (entity === null || line.entity === entity)

export function fakeHost(overrides: Partial<Host> = {}): FakeHost {
  const asked: string[] = []
  const following = new Set<{ filter: LogFilter; line: (line: LogLine) => void }>()
  const { promise: ended, resolve: end } = Promise.withResolvers<HostEnd>()
  const host: Host = {
    ended,
    status: async () => FAKE_STATUS,
    list: async (component, page) => {
      asked.push(`list ${component} ${JSON.stringify(page)}`)
      return ['lot-1', 'lot-2', 'lot-3'].slice(0, page.limit)
    },
    inspect: async (address, { personal }) => {
      asked.push(`inspect ${address.component}/${address.key} personal=${personal}`)
      if (address.key !== 'lot-1') return null
      const bidder = personal ? 'ann' : '(personal)'
      const state = JSON.stringify({ phase: 'open', bids: [{ bidder, amount: 500 }], endsAt: 1_767_323_045_000 })
      const record = { key: 'lot-1', state, revision: 12, sequence: 4, version: 'ef'.repeat(32) }
      return { address, record, redacted: personal ? [] : ['bids[].bidder'] }
    },
    deadLetters: async () => [FAKE_LETTER],
    retryDeadLetter: async (id) => id === FAKE_LETTER.id,
    discardDeadLetter: async (id) => id === FAKE_LETTER.id,
    backup: async (path) => {
      asked.push(`backup ${path}`)
      return { pages: 3_000, commit: 120_345 }
    },
    checkInvariants: async () => [{ name: 'money is conserved', sum: 0, holds: true }],
    logs(filter, line) {
      const past = FAKE_LINES.filter((past) => matches(filter, past))
      for (const each of past.slice(Math.max(0, past.length - filter.last))) line(each)
      const follower = { filter, line }
      following.add(follower)
      return { stop: () => following.delete(follower) }
    },
    profile: async (cell, { kind, durationMs, path }) => {
      asked.push(`profile ${cell} ${kind} ${durationMs} ${path}`)
    },
    stop: async () => {
      asked.push('stop')
      end({ failed: false, because: 'it was asked to stop' })
    },
  }
  return {
    ...host,
    ...overrides,
    asked,
    say(line) {
      for (const { filter, line: tell } of following) if (matches(filter, line)) tell(line)
    },
    followers: () => following.size,
  }
}
