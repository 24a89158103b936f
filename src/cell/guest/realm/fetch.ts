/**
 * The global `fetch` inside a turn: a Request becomes data that can be recorded, and the recorded answer a Response.
 * Bodies are read whole on both sides; a turn has no use for half an answer.
 */
import type { FetchedResponse, FetchRequest } from '../../../turn/index.ts'
import type { TurnWorld } from '../engine/index.ts'
import type { CurrentTurn } from './current.ts'
import { refused } from './errors.ts'

/** The web's classes as they were before taming, and how bytes become text. */
export type WebParts = {
  readonly Request: typeof Request
  readonly Response: typeof Response
  readonly toBase64: (bytes: Uint8Array) => string
  readonly fromBase64: (text: string) => Uint8Array<ArrayBuffer>
}

/** Statuses that the standard gives no body. */
const BODILESS = [101, 204, 205, 304]

async function asData(web: WebParts, input: RequestInfo | URL, init: RequestInit | undefined): Promise<FetchRequest> {
  const request = new web.Request(input, init)
  request.signal.throwIfAborted()
  const body = request.body === null ? null : web.toBase64(new Uint8Array(await request.arrayBuffer()))
  return { url: request.url, method: request.method, headers: [...request.headers], body }
}

function asResponse(web: WebParts, { url, status, statusText, headers, body }: FetchedResponse): Response {
  const response = new web.Response(BODILESS.includes(status) ? null : web.fromBase64(body), {
    status,
    statusText,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
  // A Response that is made by hand has no address; the fetched one had.
  Object.defineProperty(response, 'url', { value: url })
  return response
}

/** The `fetch` of one turn. */
export function worldFetch(web: WebParts, world: TurnWorld): typeof fetch {
  return async (input, init) => asResponse(web, await world.fetch(await asData(web, input as RequestInfo, init)))
}

/** The global `fetch`: that of the turn that calls it. `outside` is what it does where no turn runs. */
export function turnFetch(web: WebParts, current: CurrentTurn, outside: typeof fetch | null): typeof fetch {
  const refuse = refused('fetch outside of a turn', 'turn.fetch')
  return async (input, init) => {
    const world = current.get()
    if (world !== undefined) return worldFetch(web, world)(input, init)
    return outside === null ? refuse() : outside(input, init)
  }
}
