/** A connection that a test attaches to an entity, and what it has heard since. */
import type { Router } from '../router/index.ts'
import type { Address, Caller } from '../turn/index.ts'
import { failed } from './callable.ts'

export type Watched = {
  /** Number of the last event before the attachment. */
  readonly sequence: number
  readonly events: readonly { readonly sequence: number; readonly event: string; readonly data: unknown }[]
  /** The connection goes; `detached` handlers run. */
  leave(): void
}

export async function watch(router: Router, on: { to: Address; caller: Caller }): Promise<Watched> {
  const { to, caller } = on
  const connection = caller.connection ?? ''
  const events: { sequence: number; event: string; data: unknown }[] = []
  const { answer, sequence } = await router.attach({
    connection,
    to,
    caller,
    read: null,
    onEvent: ({ sequence, event, data }) => events.push({ sequence, event, data: JSON.parse(data) }),
  })
  if (answer.type === 'failed') throw failed(answer)
  return { sequence, events, leave: () => router.disconnect(connection) }
}
