/** What authors write, and its codified form. */
export type {
  ComponentBehaviour,
  ConnectorBehaviour,
  Disposition,
  MessageWays,
  MigrationBehaviour,
  WayBehaviour,
} from './behaviour.ts'
export { type Asks, type Calls, callsOf, type Sends } from './calls.ts'
export type {
  CodifiedChain,
  CodifiedComponent,
  CodifiedConnector,
  CodifiedContract,
  CodifiedGateway,
  CodifiedMessage,
  CodifiedRoute,
  CodifiedSchedule,
  CodifiedSystem,
} from './codified.ts'
export type { Codified } from './codify/collected.ts'
export { codifyComponent } from './codify/component.ts'
export { schemasOf } from './codify/schemas-of.ts'
export { codifySystem } from './codify/system.ts'
export { type Component, component, type StateOf, type TurnOf } from './component.ts'
export { type Connector, type ConnectorTurn, connector } from './connector.ts'
export {
  type Access,
  type Contract,
  contract,
  type Definition,
  type Events,
  type KeyOf,
  type Message,
  type MessageName,
  type Messages,
} from './contract.ts'
export { type Http, http } from './http.ts'
export { type Authored, isAuthored } from './kind.ts'
export { type Migration, migration, within } from './migration.ts'
export { isRejection, type Rejection, type RejectionOf, rejectionError } from './rejection.ts'
export { type Route, route, type WebApp, type World } from './route.ts'
export { every, type Interval, type Schedule } from './schedule.ts'
export { type ConfigOf, type System, type SystemInvariant, system } from './system.ts'
export type { Birth, MessageTurn, Reader, ReadTurn, Turn } from './turn.ts'
export {
  type Cents,
  cents,
  type Duration,
  duration,
  flags,
  type Instant,
  instant,
  personal,
  type ReplyTo,
  rejection,
  replyTo,
  type Unit,
  unit,
} from './values.ts'
export type { Version, VersionOf } from './version.ts'
