/**
 * What an author wrote, as the house calls it: the same functions without the author's types. A caller has validated
 * what it passes, and validates what comes back.
 */
type Loose = (...given: readonly unknown[]) => unknown

export type ComponentBehaviour = {
  readonly initial: (key: string, input: unknown, turn: unknown) => unknown
  readonly invariants?: Readonly<Record<string, (state: unknown) => unknown>>
  readonly cache?: () => unknown
  readonly handlers: Readonly<Record<string, (state: unknown, input: unknown, turn: unknown) => unknown>>
  readonly attached?: (state: unknown, connection: string, turn: unknown) => unknown
  readonly detached?: (state: unknown, connection: string, turn: unknown) => unknown
}

export type ConnectorBehaviour = {
  readonly handlers: Readonly<Record<string, (input: unknown, turn: unknown) => unknown>>
}

/** One direction pair of a migration: `down`, or the reason why there is none. */
export type WayBehaviour = {
  readonly up: (old: unknown) => unknown
  readonly down?: (now: unknown) => unknown
  readonly irreversible?: string
}

export type MessageWays = {
  readonly input?: WayBehaviour
  readonly output?: WayBehaviour
  readonly rejects?: Readonly<Record<string, WayBehaviour>>
}

/** What a message kind becomes that the version it arrives at does not know. */
export type Disposition = 'drop' | 'dead-letter'

export type MigrationBehaviour = {
  readonly because: string
  readonly state?: WayBehaviour
  readonly messages?: Readonly<Record<string, MessageWays>>
  readonly events?: Readonly<Record<string, WayBehaviour>>
  readonly loses?: Readonly<Record<string, { readonly within: number }>>
  readonly meaning?: Readonly<Record<string, string>>
  readonly unlearned?: Readonly<Record<string, string>>
  readonly intended?: Readonly<Record<string, Loose>>
  readonly onReturn?: Readonly<Record<string, Disposition>>
  readonly dropped?: Readonly<Record<string, Disposition>>
}
