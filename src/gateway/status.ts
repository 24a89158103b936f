/** Which HTTP status a failure code is answered with. A code that is not listed is a fault of ours: 500. */

const STATUS: ReadonlyMap<string, number> = new Map([
  // of the host
  ['NOT_FOUND', 404],
  ['OVERLOADED', 503],
  ['UNDELIVERED', 503],
  ['OUTCOME_UNKNOWN', 504],
  // of the admission of messages
  ['INPUT_INVALID', 400],
  ['KEY_INVALID', 400],
  ['COMPONENT_UNKNOWN', 404],
  ['MESSAGE_UNKNOWN', 404],
  ['MESSAGE_NOT_PUBLIC', 403],
  ['IDEMPOTENCY_KEY_REUSED', 422],
  // of the store: nothing was done, and when there is room it can be
  ['STORE_FULL', 503],
  // of the gateway
  ['REQUEST_MALFORMED', 400],
  ['HEADERS_TOO_LARGE', 431],
  ['REQUEST_TIMEOUT', 408],
  ['ADDRESS_INVALID', 400],
  ['PATH_INVALID', 400],
  ['PATH_UNKNOWN', 404],
  ['NOT_EXPOSED', 404],
  ['METHOD_NOT_ALLOWED', 405],
  ['BODY_TOO_LARGE', 413],
  ['BODY_NOT_JSON', 400],
  ['QUERY_INVALID', 400],
  ['IDEMPOTENCY_KEY_INVALID', 400],
  ['ORIGIN_REFUSED', 403],
  ['UNAUTHENTICATED', 401],
  ['AUTHENTICATION_UNAVAILABLE', 503],
  ['GATEWAY_OVERLOADED', 503],
  ['GATEWAY_STOPPING', 503],
  ['GATEWAY_FAULT', 500],
  ['ROUTE_UNAVAILABLE', 503],
  ['ROUTE_FAILED', 502],
  ['ROUTE_TIMEOUT', 504],
  ['UPGRADE_REQUIRED', 426],
])

export function statusOf(code: string): number {
  return STATUS.get(code) ?? 500
}
