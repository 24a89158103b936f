/** Who sends a request: what the system's `authenticate` says, or 'anonymous' where there is none. */
import type { IncomingMessage } from 'node:http'
import type { SelfsameError } from '../base/index.ts'
import { gatewayErrors } from './errors.ts'
import type { Authenticate, GatewayLog, Headers, RequestFacts } from './ports.ts'

export type Callers = {
  /** Everyone's identity where nobody is asked for theirs; else null. */
  readonly anonymous: string | null
  identify(facts: RequestFacts): Promise<{ readonly identity: string } | { readonly error: SelfsameError }>
}

export function callers(authenticate: Authenticate | null, log: GatewayLog): Callers {
  if (authenticate === null) return { anonymous: 'anonymous', identify: async () => ({ identity: 'anonymous' }) }
  return {
    anonymous: null,
    async identify(facts) {
      try {
        const identity = await authenticate(facts)
        return identity === null ? { error: gatewayErrors.UNAUTHENTICATED({}) } : { identity }
      } catch (error) {
        log({ level: 'error', message: 'authenticate could not be asked.', data: error })
        return { error: gatewayErrors.AUTHENTICATION_UNAVAILABLE({}) }
      }
    },
  }
}

/** What `authenticate` is shown: an absolute URL, as in the web's `Request`, on the host that the client named. */
export function factsOf(request: IncomingMessage): RequestFacts {
  const { method = 'GET', url = '/', rawHeaders } = request
  const absolute = url.startsWith('/') ? `http://${request.headers.host ?? 'localhost'}${url}` : url
  return { method, url: URL.canParse(absolute) ? absolute : 'http://localhost/', headers: headerPairs(rawHeaders) }
}

/** Node's flat list of header names and values, as pairs: repeated headers stay apart. */
export function headerPairs(rawHeaders: readonly string[]): Headers {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    pairs.push([rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? ''])
  return pairs
}
