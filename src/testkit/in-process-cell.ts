/**
 * A cell in the test's own thread: the same engine that runs in a worker, over ports that keep the same order. What it
 * cannot show is what a thread adds: frozen intrinsics, memory limits, and being killed in the middle of a statement.
 */
import { batcher } from '../base/index.ts'
import {
  type ComponentValue,
  type ConnectorValue,
  componentEngine,
  connectorEngine,
  type Engine,
  type EnginePorts,
} from '../cell/guest/engine/index.ts'
import type { CodifiedComponent, CodifiedConnector } from '../component/index.ts'
import type { Validators } from '../schema/index.ts'
import type { Port } from '../store/index.ts'
import type { CellToStore, FetchRequest, FromCell, StoreToCell, ToCell } from '../turn/index.ts'

export type Contracted =
  | {
      readonly kind: 'component'
      readonly value: ComponentValue
      readonly codified: CodifiedComponent
      readonly config: unknown
    }
  | {
      readonly kind: 'connector'
      readonly value: ConnectorValue
      readonly codified: CodifiedConnector
      readonly secrets: Readonly<Record<string, string>>
    }

export type InProcessCell = { send(item: ToCell): void; readonly idle: boolean }

export function inProcessCell(options: {
  cell: Contracted
  validators: Validators
  epoch: number
  store: Port<CellToStore, StoreToCell>
  within: EnginePorts['within']
  schedule: (then: () => void) => void
  toRouter: (items: readonly FromCell[]) => void
}): InProcessCell {
  const { cell, validators, epoch, store, within, schedule } = options
  const toHost = batcher<FromCell>({ schedule, post: (items) => options.toRouter(items) })
  const toStore = batcher<CellToStore>({ schedule, post: (items) => store.postMessage(items) })
  const ports: EnginePorts = {
    toHost: toHost.push,
    toHostLater: toHost.later,
    toStore: toStore.push,
    within,
    holds: () => {},
  }
  const engine: Engine =
    cell.kind === 'component'
      ? componentEngine({
          component: cell.value,
          codified: cell.codified,
          validators,
          config: cell.config,
          epoch,
          ports,
          makeFetch: (world) => async (input, init) => {
            const request = new Request(input, init)
            const { url, status, statusText, headers, body } = await world.fetch(await asData(request))
            const bytes = Buffer.from(body, 'base64')
            const response = new Response(NULL_BODY.has(status) ? null : bytes, {
              status,
              statusText,
              headers: headers.map(([name, value]): [string, string] => [name, value]),
            })
            return Object.defineProperty(response, 'url', { value: url })
          },
        })
      : connectorEngine({
          connector: cell.value,
          codified: cell.codified,
          validators,
          secrets: cell.secrets,
          epoch,
          ports,
        })
  store.on('message', (items) => engine.receiveStore(items))
  const toCell = batcher<ToCell>({ schedule, post: (items) => engine.receive(items) })
  return {
    send: toCell.push,
    get idle() {
      return engine.idle
    },
  }
}

/** Statuses whose responses have no body; the constructor refuses one. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304])

async function asData(request: Request): Promise<FetchRequest> {
  const bytes = Buffer.from(await request.arrayBuffer())
  return {
    url: request.url,
    method: request.method,
    headers: [...request.headers],
    body: bytes.length === 0 ? null : bytes.toString('base64'),
  }
}
