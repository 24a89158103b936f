/**
 * Who listens to which entity. An attachment first keeps what it hears, because its snapshot is still being read; then
 * it passes on what the snapshot does not have yet, so that nothing falls between and nothing comes twice.
 */
import { type Address, addressText, type Caller, type NumberedEvent } from '../turn/index.ts'

export type Attachment = {
  readonly connection: string
  readonly to: Address
  readonly caller: Caller
  readonly onEvent: (event: NumberedEvent) => void
  /** What was heard before the snapshot; null once it is there. */
  early: NumberedEvent[] | null
}

export class Attachments {
  readonly #byEntity = new Map<string, Map<string, Attachment>>()
  readonly #byConnection = new Map<string, Map<string, Attachment>>()

  /** Takes the place of an earlier attachment of the same connection to the same entity, which is returned. */
  add(attachment: Attachment): Attachment | null {
    const entity = addressText(attachment.to)
    const before = this.remove(attachment.connection, attachment.to)
    group(this.#byEntity, entity).set(attachment.connection, attachment)
    group(this.#byConnection, attachment.connection).set(entity, attachment)
    return before
  }

  has(attachment: Attachment): boolean {
    return this.#byEntity.get(addressText(attachment.to))?.get(attachment.connection) === attachment
  }

  remove(connection: string, to: Address): Attachment | null {
    const entity = addressText(to)
    const found = this.#byConnection.get(connection)?.get(entity)
    if (found === undefined) return null
    ungroup(this.#byEntity, entity, connection)
    ungroup(this.#byConnection, connection, entity)
    return found
  }

  of(connection: string): readonly Attachment[] {
    return [...(this.#byConnection.get(connection)?.values() ?? [])]
  }

  /** The snapshot is as of `sequence`: what came after it is passed on, now and from now on. */
  follow(attachment: Attachment, sequence: number): void {
    const early = attachment.early ?? []
    attachment.early = null
    for (const event of early) if (event.sequence > sequence) attachment.onEvent(event)
  }

  publish(to: Address, events: readonly NumberedEvent[]): void {
    if (events.length === 0) return
    const listeners = this.#byEntity.get(addressText(to))
    if (listeners === undefined) return
    for (const attachment of listeners.values()) {
      for (const event of events) {
        if (attachment.early === null) attachment.onEvent(event)
        else attachment.early.push(event)
      }
    }
  }
}

function group<T>(groups: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const found = groups.get(name) ?? new Map<string, T>()
  groups.set(name, found)
  return found
}

function ungroup<T>(groups: Map<string, Map<string, T>>, name: string, member: string): void {
  const found = groups.get(name)
  found?.delete(member)
  if (found?.size === 0) groups.delete(name)
}
