/** Asks the host what a request asks for. Streams lines where the verb does; everything else is one value. */
import type { Host, LogLine } from '../host/index.ts'
import { type ControlCalls, type ControlRequest, type ControlVerb, PAGE_BYTES_MAX } from './protocol.ts'

/** `logs` is not here: it streams, see `connection.ts`. */
export type AnsweredRequest = Exclude<ControlRequest, { type: 'cancel' | 'logs' }>

export async function answerRequest(request: AnsweredRequest, host: Host): Promise<ControlCalls[ControlVerb][1]> {
  switch (request.type) {
    case 'status':
      return host.status()
    case 'list': {
      const { component, page } = request.take
      const { items, more } = cutPage(await host.list(component, page), page.limit)
      return { keys: items, after: more ? (items.at(-1) ?? null) : null }
    }
    case 'inspect':
      return host.inspect(request.take.address, { personal: request.take.personal })
    case 'dead-letters': {
      const { items, more } = cutPage(await host.deadLetters(request.take), request.take.limit)
      return { letters: items, after: more ? (items.at(-1)?.id ?? null) : null }
    }
    case 'retry-dead-letter':
      return host.retryDeadLetter(request.take.letter)
    case 'discard-dead-letter':
      return host.discardDeadLetter(request.take.letter)
    case 'backup':
      return host.backup(request.take.path)
    case 'check':
      return host.checkInvariants()
    case 'profile': {
      const { cell, kind, durationMs, path } = request.take
      await host.profile(cell, { kind, durationMs, path })
      return null
    }
    case 'stop':
      await host.stop()
      return null
    default:
      return request satisfies never
  }
}

/** The first items that fit into a page. A full page may have more after it; asking for it is how one finds out. */
function cutPage<T>(items: readonly T[], limit: number): { readonly items: readonly T[]; readonly more: boolean } {
  let bytes = 0
  let fitting = 0
  for (const item of items) {
    bytes += Buffer.byteLength(JSON.stringify(item))
    if (fitting > 0 && bytes > PAGE_BYTES_MAX) return { items: items.slice(0, fitting), more: true }
    fitting++
  }
  return { items, more: limit > 0 && items.length >= limit }
}

/** The lines that the host holds already come while `logs` is called; those after it only to a follower. */
export function followLogs(options: {
  readonly host: Host
  readonly take: ControlCalls['logs'][0]
  readonly line: (line: LogLine) => void
}): { stop(): void } | null {
  const { follow, ...filter } = options.take
  const following = options.host.logs(filter, options.line)
  if (follow) return following
  following.stop()
  return null
}
