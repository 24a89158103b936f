/**
 * `turn.fetch`, carried out by the host on a cell's behalf: the cell has no network. The answer is buffered whole,
 * because it is recorded: a turn that is run again gets the recorded answer.
 */
import { codeOf, messageOf } from '../base/index.ts'
import type { FetchedResponse, FetchRequest } from '../turn/index.ts'
import { hostErrors } from './errors.ts'

const BODY_BYTES_MAX = 1024 * 1024
const TIMEOUT_MS = 20_000

/** A permission names a host, with its port if that is not the scheme's own: `api.example.com`, `localhost:3000`. */
function isPermitted(url: URL, permitted: readonly string[]): boolean {
  return permitted.includes(url.host) && (url.protocol === 'https:' || url.protocol === 'http:')
}

/**
 * @throws FETCH_NOT_PERMITTED before anything is sent; also for a redirect to a host that is not permitted.
 * @throws FETCH_FAILED, FETCH_TOO_LARGE when the outside may have been reached.
 */
export async function outboundFetch(options: {
  component: string
  permitted: readonly string[]
  request: FetchRequest
  fetch: typeof globalThis.fetch
}): Promise<FetchedResponse> {
  const { component, permitted, request, fetch } = options
  const url = URL.parse(request.url)
  if (!url || !isPermitted(url, permitted)) {
    throw hostErrors.FETCH_NOT_PERMITTED({ component, host: url?.host ?? request.url })
  }
  let response: Response
  try {
    response = await fetch(url, {
      method: request.method,
      headers: request.headers.map(([name, value]): [string, string] => [name, value]),
      body: request.body === null ? null : Buffer.from(request.body, 'base64'),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const body = await boundedBody(response, request.url)
    return {
      url: request.url,
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      body: body.toString('base64'),
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'FETCH_TOO_LARGE') throw error
    throw hostErrors.FETCH_FAILED({ url: request.url, problem: problemOf(error) }, error)
  }
}

/** Node says 'fetch failed', and why only in its cause. */
function problemOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = codeOf(cause)
  return code === undefined ? messageOf(cause) : `${code}: ${messageOf(cause)}`
}

async function boundedBody(response: Response, url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > BODY_BYTES_MAX) throw hostErrors.FETCH_TOO_LARGE({ url, bytesMax: BODY_BYTES_MAX })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
