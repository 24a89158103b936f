/**
 * Connections that follow an entity's events. An attachment is answered with a read and the number of the last event
 * that the read has seen; those after it follow, in order, none lost, none doubled.
 *
 * To attach: start to keep events; run the `attached` handler if there is one; then read, so that the read shows what
 * the handler did; then drop the kept events up to the read's number and pass on the rest. A component without a read
 * to answer with takes the number from the store.
 *
 * Numbers begin again when an entity is destroyed and made anew. If that happens under a read, its number says nothing
 * about the events kept meanwhile, so it is read again.
 *
 * `detached` runs once for every `attached` that ran. It lies in no store: a host that dies forgets it.
 */
import { type Address, addressText, type Caller, type NumberedEvent, type Payload } from '../turn/index.ts'
import { failure, type RouterAnswer, routerErrors } from './errors.ts'

/** A destroyed entity is made anew at most so often under one read, or the attachment is refused. */
const READS_MAX = 8

export type Attach = {
  readonly connection: string
  readonly to: Address
  readonly caller: Caller
  readonly read: { readonly message: string; readonly input: Payload } | null
  readonly onEvent: (event: NumberedEvent) => void
}
export type Attached = { readonly answer: RouterAnswer; readonly sequence: number }
/** How the number of the last event is known: by a read, or from the store. */
type Seen = { readonly answer: RouterAnswer; readonly sequence: number }

type Attachment = Pick<Attach, 'connection' | 'to' | 'caller' | 'onEvent'> & {
  /** Events since the read was asked for; null: they are passed on. */
  kept: NumberedEvent[] | null
  /** The entity was destroyed while events were kept. */
  restarted: boolean
  /** Detached, or never attached. */
  over: boolean
  /** Its `attached` handler ran. */
  announced: boolean
}

export type AttachmentsPowers = {
  readonly attachmentsMax: number
  readonly keptMax: number
  readonly overloaded: (why: string) => RouterAnswer
  /** Null: the component has no such handler. */
  readonly announce: (
    event: 'attached' | 'detached',
    at: { to: Address; caller: Caller },
  ) => Promise<RouterAnswer> | null
  readonly see: (attach: Attach) => Promise<Seen>
}

export class Attachments {
  readonly #powers: AttachmentsPowers
  readonly #byEntity = new Map<string, Map<string, Attachment>>()
  readonly #byConnection = new Map<string, Set<Attachment>>()
  #size = 0

  constructor(powers: AttachmentsPowers) {
    this.#powers = powers
  }

  get size(): number {
    return this.#size
  }

  /** A connection that is attached to the entity already is detached first. */
  async attach(attach: Attach): Promise<Attached> {
    this.detach(attach.connection, attach.to)
    if (this.#size >= this.#powers.attachmentsMax) return refused(this.#powers.overloaded('too many attachments'))
    const { connection, to, caller, onEvent } = attach
    const attachment: Attachment = {
      connection,
      to,
      caller: { identity: caller.identity, connection },
      onEvent,
      kept: [],
      restarted: false,
      over: false,
      announced: false,
    }
    this.#add(attachment)
    const announced = await this.#announce(attachment)
    const seen = announced.type === 'replied' ? await this.#see(attachment, attach) : refused(announced)
    if (seen.answer.type !== 'replied') this.#end(attachment)
    else this.#passOn(attachment, seen.sequence)
    return seen
  }

  detach(connection: string, to: Address): void {
    const attachment = this.#byEntity.get(addressText(to))?.get(connection)
    if (attachment !== undefined) this.#end(attachment)
  }

  disconnect(connection: string): void {
    for (const attachment of [...(this.#byConnection.get(connection) ?? [])]) this.#end(attachment)
  }

  /** Events of one commit, in commit order over all calls. */
  publish(to: Address, { events, destroyed }: { events: readonly NumberedEvent[]; destroyed: boolean }): void {
    if (this.#size === 0 || (events.length === 0 && !destroyed)) return
    for (const attachment of this.#byEntity.get(addressText(to))?.values() ?? []) {
      for (const event of events) {
        if (attachment.kept === null) attachment.onEvent(event)
        else if (attachment.kept.length < this.#powers.keptMax) attachment.kept.push(event)
        // One event too many: the read that is on its way no longer connects to what follows.
        else attachment.restarted = true
      }
      if (destroyed) attachment.restarted = true
    }
  }

  async #announce(attachment: Attachment): Promise<RouterAnswer> {
    const running = this.#powers.announce('attached', attachment)
    if (running === null) return { type: 'replied', output: null }
    const answer = await running
    attachment.announced = answer.type === 'replied'
    if (attachment.over) this.#farewell(attachment)
    return answer
  }

  async #see(attachment: Attachment, attach: Attach): Promise<Seen> {
    for (let reads = 0; reads < READS_MAX; reads++) {
      attachment.kept = []
      attachment.restarted = false
      const seen = await this.#powers.see(attach)
      if (!attachment.restarted || seen.answer.type !== 'replied') return seen
    }
    return refused(this.#powers.overloaded('the entity changes too fast to be followed'))
  }

  #passOn(attachment: Attachment, sequence: number): void {
    const kept = attachment.kept ?? []
    attachment.kept = null
    if (attachment.over) return
    for (const event of kept) if (event.sequence > sequence) attachment.onEvent(event)
  }

  #end(attachment: Attachment): void {
    if (attachment.over) return
    attachment.over = true
    attachment.kept = null
    this.#remove(attachment)
    this.#farewell(attachment)
  }

  #farewell(attachment: Attachment): void {
    if (!attachment.announced) return
    attachment.announced = false
    // What becomes of it is in the log; nobody waits for it.
    void this.#powers.announce('detached', attachment)
  }

  #add(attachment: Attachment): void {
    const text = addressText(attachment.to)
    const entity = this.#byEntity.get(text) ?? new Map<string, Attachment>()
    this.#byEntity.set(text, entity.set(attachment.connection, attachment))
    const connection = this.#byConnection.get(attachment.connection) ?? new Set<Attachment>()
    this.#byConnection.set(attachment.connection, connection.add(attachment))
    this.#size += 1
  }

  #remove(attachment: Attachment): void {
    const text = addressText(attachment.to)
    const entity = this.#byEntity.get(text)
    entity?.delete(attachment.connection)
    if (entity?.size === 0) this.#byEntity.delete(text)
    const connection = this.#byConnection.get(attachment.connection)
    connection?.delete(attachment)
    if (connection?.size === 0) this.#byConnection.delete(attachment.connection)
    this.#size -= 1
  }
}

function refused(answer: RouterAnswer): Attached {
  return { answer, sequence: 0 }
}

export function notFound({ component, key }: Address): RouterAnswer {
  return failure(routerErrors.NOT_FOUND({ component, key }))
}
