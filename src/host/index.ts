/** The host: one process that serves one system. */

export { resolveConfig, resolveSecrets } from './configuration.ts'
export { hostErrors } from './errors.ts'
export type {
  CellStatus,
  Host,
  HostEnd,
  HostStatus,
  Inspection,
  LogFilter,
  LogLine,
} from './host.ts'
export type { InvariantResult } from './invariants.ts'
export { outboundFetch } from './outbound-fetch.ts'
export { type StartHost, startHost } from './start.ts'
