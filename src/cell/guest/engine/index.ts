/** The turn executor: runs deliveries of one component or one connector, in a worker or in a test. */
export type { EngineLimits } from './bounds.ts'
export { type ComponentEngineOptions, componentEngine } from './component-engine.ts'
export { type ConnectorEngineOptions, connectorEngine } from './connector-engine.ts'
export type { ComponentValue, ConnectorValue } from './implemented.ts'
export type { Engine, EnginePorts, TurnWorld } from './ports.ts'
export { SeededRandom } from './random.ts'
