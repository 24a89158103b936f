/**
 * Starts a gateway: one listener for HTTP and WebSocket. It owns the connections and never runs authors' code; whatever
 * stands behind it may be replaced while they stay open.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Clock, Random, Timer } from '../base/index.ts'
import type { CodifiedContract, CodifiedGateway } from '../component/codified.ts'
import { answerClientError } from './client-error.ts'
import type { Connection } from './connection.ts'
import { exposure } from './exposure.ts'
import { httpHandler } from './http.ts'
import { callers } from './identity.ts'
import { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts'
import { listenError } from './listen-error.ts'
import { openapi } from './openapi.ts'
import type { Authenticate, GatewayLog, GatewayRouter, RoutePort } from './ports.ts'
import type { Responding } from './respond.ts'
import { eventFrames } from './server-frames.ts'
import { upgradeHandler } from './upgrade.ts'

export type GatewayOptions = {
  readonly codified: CodifiedGateway
  /** Name of the system, for the title of `/openapi.json`. */
  readonly system: string
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly contracts: ReadonlyMap<string, CodifiedContract>
  readonly router: GatewayRouter
  /** null: everyone is 'anonymous'. */
  readonly authenticate: Authenticate | null
  /** null for a route whose cell does not serve. */
  readonly routes: (name: string) => RoutePort | null
  /** Why the host does not serve fully, for `/readyz`; empty if it does. */
  readonly readiness: () => readonly string[]
  readonly limits: Partial<GatewayLimits>
  readonly clock: Clock
  readonly random: Random
  readonly log: GatewayLog
  /** Somebody debugs: deadlines and heartbeats are off. */
  readonly inspect: boolean
}

export interface Gateway {
  readonly port: number
  /** Open sockets, of HTTP and WebSocket together. */
  readonly connections: number
  /**
   * Stops listening, answers what is in flight, tells WebSocket clients that the host is going, and cuts off what is
   * left after `graceMs`. Resolves when every connection is closed.
   */
  stop(options: { readonly graceMs: number }): Promise<void>
}

/** @throws PORT_IN_USE, PORT_NOT_PERMITTED, LISTEN_FAILED */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { router, clock, random, log, inspect, listen } = options
  const limits: GatewayLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const exposed = exposure(options.codified, options.contracts)
  const connections = new Set<Connection>()
  let openSockets = 0
  let stopping: Promise<void> | null = null

  const responding: Responding = { log, newId: () => random.hex(6), stopping: () => stopping !== null }
  const shared = { exposure: exposed, router, callers: callers(options.authenticate, log), limits, clock, responding }
  const server = createServer(
    {
      noDelay: true,
      maxHeaderSize: 16 * 1024,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      headersTimeout: inspect ? 0 : limits.headersTimeoutMs,
      requestTimeout: inspect ? 0 : limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, Math.max(50, limits.headersTimeoutMs / 2)),
    },
    httpHandler({
      ...shared,
      routes: options.routes,
      readiness: options.readiness,
      openapi: JSON.stringify(openapi({ name: options.system, contracts: exposed.contracts })),
      inspect,
    }),
  )
  server.maxConnections = limits.connectionsMax
  server.on('connection', (socket) => {
    openSockets++
    socket.once('close', () => openSockets--)
  })
  server.on('clientError', answerClientError)
  server.on('drop', () =>
    log({
      level: 'warn',
      message: 'A connection was refused: too many are open.',
      data: { connectionsMax: limits.connectionsMax },
    }),
  )
  server.on(
    'upgrade',
    upgradeHandler({
      ...shared,
      eventFrame: eventFrames(),
      // Compression contexts could not move to another process with their connection.
      sockets: new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        maxPayload: limits.frameBytesMax,
        clientTracking: false,
      }),
      newConnectionId: () => random.hex(8),
      joined: (connection) => connections.add(connection),
      left: (connection) => connections.delete(connection),
    }),
  )

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, listen)))
    server.listen(listen.port, listen.host, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => log({ level: 'error', message: 'The listener reported an error.', data: error }))
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo

  let heartbeat: Timer | null = null
  const beat = () => {
    for (const connection of connections) connection.beat()
    heartbeat = clock.after(limits.heartbeatMs, beat)
  }
  if (!inspect) heartbeat = clock.after(limits.heartbeatMs, beat)

  async function stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.going()
    const grace = clock.after(graceMs, () => {
      for (const connection of connections) connection.terminate()
      server.closeAllConnections()
    })
    await closed
    // The server is closed a moment before its last socket says so.
    while (openSockets > 0) await new Promise((resolve) => setImmediate(resolve))
    grace.cancel()
    heartbeat?.cancel()
  }

  return {
    port,
    get connections() {
      return openSockets
    },
    stop(how) {
      stopping ??= Promise.resolve().then(() => stop(how))
      return stopping
    },
  }
}
