/**
 * The control plane's wire format, in one place: newline-delimited JSON over a Unix socket, one union per direction,
 * keyed by `type`. The host speaks first (`hello`); then the client asks as often as it likes, with ids of its own
 * choosing, and each id is answered by exactly one `result` or `refused`. `logs` sends `line`s before its result, and
 * a followed log ends only when it is cancelled or the connection does.
 */
import type { HostStatus, Inspection, LogFilter, LogLine } from '../host/index.ts'
import type { Address, DeadLetter, Page } from '../turn/index.ts'

/** Raised when an old client and a new host could misunderstand each other. */
export const PROTOCOL_VERSION = 1
/** Longest line that the host reads, newline excluded. A longer one is refused and skipped. */
export const REQUEST_BYTES_MAX = 1024 * 1024
/** Longest line that the client reads: a whole record, escaped twice, fits. */
export const REPLY_BYTES_MAX = 16 * 1024 * 1024
/** A page of keys or dead letters is cut when it grows beyond this; it always has one item. */
export const PAGE_BYTES_MAX = 512 * 1024
/** Most items of a page. */
export const PAGE_ITEMS_MAX = 1_000
/** Most lines of the past that `logs` gives. */
export const LOG_LINES_MAX = 10_000
/** Longest CPU profile. */
export const PROFILE_MS_MAX = 10 * 60_000

export type InvariantSum = { readonly name: string; readonly sum: number; readonly holds: boolean }

/** Name of the verb -> [what it takes, what its result is]. */
export type ControlCalls = {
  status: [null, HostStatus]
  /** `after` of the result continues the page; null: there is no more. */
  list: [
    { readonly component: string; readonly page: Page },
    { readonly keys: readonly string[]; readonly after: string | null },
  ]
  /** null: there is no such entity. */
  inspect: [{ readonly address: Address; readonly personal: boolean }, Inspection | null]
  'dead-letters': [
    { readonly after: number; readonly limit: number },
    { readonly letters: readonly DeadLetter[]; readonly after: number | null },
  ]
  /** false: there is no such dead letter. */
  'retry-dead-letter': [{ readonly letter: number }, boolean]
  'discard-dead-letter': [{ readonly letter: number }, boolean]
  /** `path` is absolute: host and client need not share a working folder. */
  backup: [{ readonly path: string }, { readonly pages: number; readonly commit: number }]
  check: [null, readonly InvariantSum[]]
  logs: [LogFilter & { readonly follow: boolean }, null]
  profile: [
    { readonly cell: string; readonly kind: 'cpu' | 'heap'; readonly durationMs: number; readonly path: string },
    null,
  ]
  /** Answered when everything is closed; the connection ends after it. */
  stop: [null, null]
}

export type ControlVerb = keyof ControlCalls

export const CONTROL_VERBS = [
  'status',
  'list',
  'inspect',
  'dead-letters',
  'retry-dead-letter',
  'discard-dead-letter',
  'backup',
  'check',
  'logs',
  'profile',
  'stop',
] as const satisfies readonly ControlVerb[]

/** What a client sends. `cancel` ends the `logs` of that id. */
export type ControlRequest =
  | { [V in ControlVerb]: { readonly type: V; readonly id: number; readonly take: ControlCalls[V][0] } }[ControlVerb]
  | { readonly type: 'cancel'; readonly id: number }

/** What the host sends. */
export type ControlReply =
  | { readonly type: 'hello'; readonly protocol: number; readonly selfsame: string; readonly pid: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'line'; readonly id: number; readonly line: LogLine }
  /** The client reads more slowly than the log grows: so many lines were left out here. */
  | { readonly type: 'skipped'; readonly id: number; readonly lines: number }
  /** `id` is null when the line was not even a request. */
  | {
      readonly type: 'refused'
      readonly id: number | null
      readonly code: string
      readonly message: string
      readonly remedy: string
    }
