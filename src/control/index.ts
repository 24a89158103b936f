/** The control plane: a running host, as commands and dashboards reach it. */
export { type ControlClient, connectControl, type LogEvent } from './client.ts'
export {
  type ControlCalls,
  type ControlReply,
  type ControlRequest,
  type ControlVerb,
  type InvariantSum,
  LOG_LINES_MAX,
  PAGE_ITEMS_MAX,
  PROFILE_MS_MAX,
  PROTOCOL_VERSION,
} from './protocol.ts'
export { type Control, startControl } from './server.ts'
