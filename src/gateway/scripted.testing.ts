/** For tests of the gateway: a router that does what the test says, a clock that the test moves, a running gateway. */
import { connect } from 'node:net'
import { realClock } from '../base/clock.testing.ts'
import type { CodifiedContract, CodifiedMessage } from '../component/codified.ts'
import { type Address, addressText, type NumberedEvent } from '../turn/index.ts'
import type { GatewayAnswer, GatewayRouter } from './ports.ts'
import { type Gateway, type GatewayOptions, startGateway } from './start.ts'

const message = (what: Partial<CodifiedMessage>): CodifiedMessage => ({
  access: 'public',
  read: false,
  creates: false,
  input: null,
  output: null,
  rejects: {},
  ...what,
})

export const auctionContract: CodifiedContract = {
  name: 'auction',
  key: { type: 'string', maxLength: 512 },
  messages: {
    open: message({ creates: true, access: 'system' }),
    bid: message({
      input: {
        type: 'object',
        properties: { amount: { type: 'integer', minimum: 0, unit: 'cents' } },
        required: ['amount'],
        additionalProperties: false,
      },
      output: { type: 'object', properties: { highest: { type: 'integer', unit: 'cents' } }, required: ['highest'] },
      rejects: {
        BID_TOO_LOW: { type: 'object', properties: { highest: { type: 'integer' } }, required: ['highest'] },
        CLOSED: { type: 'object', properties: {} },
      },
    }),
    standing: message({ read: true, output: { type: 'object', properties: { highest: { type: 'integer' } } } }),
    history: message({
      read: true,
      input: { $ref: '#/$defs/Page', $defs: { Page: { type: 'object', properties: { after: { type: 'integer' } } } } },
      output: { type: 'array', items: { $ref: '#' }, maxItems: 10 },
    }),
    wave: message({}),
  },
  events: { highest: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] } },
  indexes: [],
}

type Requested = Parameters<GatewayRouter['request']>[0]
type Read = Parameters<GatewayRouter['read']>[0]
type Attached = Parameters<GatewayRouter['attach']>[0]

/** What the test wants to happen; without it everything is answered with what was asked. */
export type Script = {
  request?: (request: Requested) => GatewayAnswer | Promise<GatewayAnswer>
  read?: (read: Read) => GatewayAnswer | Promise<GatewayAnswer>
  attach?: (attached: Attached) => Promise<{ answer: GatewayAnswer; sequence: number }>
}

export type ScriptedRouter = GatewayRouter & {
  readonly requests: Requested[]
  readonly reads: Read[]
  readonly attachments: Map<string, Attached>
  readonly log: string[]
  /** Publishes the next event of an entity to all that are attached. */
  publish(to: string, event: string, data: unknown): NumberedEvent
  sequenceOf(to: string): number
}

export function scriptedRouter(script: Script = {}): ScriptedRouter {
  const sequences = new Map<string, number>()
  const attachments = new Map<string, Attached>()
  const log: string[] = []
  const nameOf = (connection: string, to: Address) => `${connection} ${addressText(to)}`
  const sequenceOf = (to: string) => sequences.get(to) ?? 0
  const requests: Requested[] = []
  const reads: Read[] = []
  return {
    requests,
    reads,
    attachments,
    log,
    sequenceOf,
    publish(to, event, data) {
      const numbered = { event, data: JSON.stringify(data), sequence: sequenceOf(to) + 1 }
      sequences.set(to, numbered.sequence)
      for (const attached of attachments.values()) if (addressText(attached.to) === to) attached.onEvent(numbered)
      return numbered
    },
    async request(request) {
      requests.push(request)
      return script.request ? script.request(request) : { type: 'replied', output: request.input }
    },
    async read(read) {
      reads.push(read)
      const sequence = sequenceOf(addressText(read.to))
      const answer: GatewayAnswer = script.read ? await script.read(read) : { type: 'replied', output: read.input }
      return { answer, sequence, revision: 1 }
    },
    async attach(attached) {
      const name = nameOf(attached.connection, attached.to)
      log.push(`attach ${addressText(attached.to)}`)
      const sequence = sequenceOf(addressText(attached.to))
      attachments.set(name, attached)
      if (script.attach) return script.attach(attached)
      const answer: GatewayAnswer =
        attached.read && script.read
          ? await script.read({ ...attached.read, to: attached.to, caller: attached.caller, from: 'gateway' })
          : { type: 'replied', output: attached.read ? attached.read.input : null }
      if (answer.type !== 'replied') attachments.delete(name)
      return { answer, sequence }
    },
    detach(connection, to) {
      log.push(`detach ${addressText(to)}`)
      attachments.delete(nameOf(connection, to))
    },
    disconnect(connection) {
      log.push('disconnect')
      for (const name of attachments.keys()) if (name.startsWith(`${connection} `)) attachments.delete(name)
    },
  }
}

export type Running = { readonly gateway: Gateway; readonly url: string; readonly lines: unknown[] }

/** A gateway on a free port, in front of a scripted router. */
export async function running(router: GatewayRouter, options: Partial<GatewayOptions> = {}): Promise<Running> {
  const lines: unknown[] = []
  let count = 0
  const gateway = await startGateway({
    codified: { type: 'http', port: 0, expose: ['auction'], authenticates: false, routes: {} },
    system: 'auction-house',
    listen: { host: '127.0.0.1', port: 0 },
    contracts: new Map([
      ['auction', auctionContract],
      ['ledger', { ...auctionContract, name: 'ledger' }],
    ]),
    router,
    authenticate: null,
    routes: () => null,
    readiness: () => [],
    limits: {},
    clock: realClock,
    random: { hex: (bytes) => String(++count).padStart(2 * bytes, '0') },
    log: (line) => lines.push(line),
    inspect: false,
    ...options,
  })
  return { gateway, url: `http://127.0.0.1:${gateway.port}`, lines }
}

/** Sends bytes as they are and resolves to all that comes back until the connection closes. */
export function raw(port: number, bytes: string | readonly string[], options: { end?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      received += text
    })
    socket.on('end', () => {
      socket.destroy()
      resolve(received)
    })
    socket.on('error', (error) => (received === '' ? reject(error) : resolve(received)))
    for (const piece of typeof bytes === 'string' ? [bytes] : bytes) socket.write(piece)
    if (options.end) socket.end()
  })
}
