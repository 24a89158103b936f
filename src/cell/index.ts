/** Cells: worker threads that run one component, connector, route or the system file each. */
export type { Cell, CellEnd, CellLimits, CellOptions, CellPowers } from './cell.ts'
export type { FromGuest, ToGuest } from './cell-items.ts'
export { FOLD_TEXTS_MAX, type FoldPlan, type FromEdge, type ToEdge } from './edge-items.ts'
export { cellErrors } from './errors.ts'
export { type EdgeEngineOptions, edgeEngine, type SystemValue } from './guest/edge/edge-engine.ts'
export {
  type ComponentEngineOptions,
  type ComponentValue,
  type ConnectorEngineOptions,
  type ConnectorValue,
  componentEngine,
  connectorEngine,
  type Engine,
  type EngineLimits,
  type EnginePorts,
  type TurnWorld,
} from './guest/engine/index.ts'
export type { GuestEngine } from './guest/guest-engine.ts'
export { type TurnGlobals, turnGlobals } from './guest/realm/turn-globals.ts'
export { type RouteEngineOptions, routeEngine } from './guest/route/route-engine.ts'
export { type FromRoute, HTTP_WINDOW_BYTES, type ToRoute } from './http-items.ts'
export { scriptName } from './script-name.ts'
export { stackMapper } from './stack-map.ts'
export { startCell } from './start-cell.ts'
export { HOLD_LIMIT_MS } from './watchdog.ts'
