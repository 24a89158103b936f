/** The public door `selfsame/client`: a typed client for browsers and Node. It imports nothing at run time. */
export { client, connect } from './client.ts'
export type { Client, Connection, ConnectOptions } from './connection.ts'
export type { CallOptions, Entity, Following, Numbered, Watching } from './entity.ts'
export { type CallFailed, type ClientCode, clientErrors } from './errors.ts'
export type { ClientPowers, SocketLike } from './powers.ts'
