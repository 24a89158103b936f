/** The gateway: HTTP and WebSocket in front of the router. */
export type { ClientFrame, CloseCode, FrameId, FrameIssue, FrameLimits, ServerFrame } from './frames.ts'
export type { GatewayLimits } from './limits.ts'
export type {
  Authenticate,
  Failure,
  GatewayAnswer,
  GatewayLog,
  GatewayRouter,
  Headers,
  RequestFacts,
  RoutePort,
  RouteRequest,
  RouteResponse,
} from './ports.ts'
export { type Gateway, type GatewayOptions, startGateway } from './start.ts'
