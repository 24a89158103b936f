/**
 * Keeps pages of other origins from sending messages with their visitor's cookies. A browser says where a request comes
 * from in `Sec-Fetch-Site`, an old one in `Origin`; whoever sends neither is no browser, and nobody's cookies are at
 * risk. (The rule of Go's `http.CrossOriginProtection`.) There is no CORS: such a page could not read answers either.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** The foreign origin, or null if the request may pass. */
export function foreignOrigin(headers: IncomingHttpHeaders): string | null {
  const site = headers['sec-fetch-site']
  const origin = headers.origin
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? null : (origin ?? 'unnamed')
  if (origin === undefined) return null
  const scheme = origin.indexOf('://')
  return scheme !== -1 && origin.slice(scheme + 3) === headers.host ? null : origin
}
