/**
 * Builds the realm, then the engine, then connects both to the ports. Whatever the author's scripts do comes after
 * `tame`; until then only our own code has run.
 */
import { isBuiltin } from 'node:module'
import type { MessagePort } from 'node:worker_threads'
import { batcher, messageOf, SelfsameError } from '../../base/index.ts'
import { type CellToStore, pack, type StoreToCell, unpack } from '../../turn/index.ts'
import { postBatch, readBatch } from '../batches.ts'
import type { CellStart, FromGuest, ToGuest } from '../cell-items.ts'
import { WATCH_BEAT, WATCH_TURN } from '../watchdog.ts'
import { buildEngine } from './build-engine.ts'
import { ReadContext } from './engine/read-context.ts'
import { TurnContext } from './engine/turn-context.ts'
import type { GuestEngine } from './guest-engine.ts'
import { loadScript, loadValidators, type Require } from './load-script.ts'
import { currentTurn } from './realm/current.ts'
import { realmErrors } from './realm/errors.ts'
import { tame } from './realm/tame.ts'
import { webParts } from './realm/web-parts.ts'
import { RouteWorld } from './route/world.ts'

/** Lines that a cell may write to the log through `console` in one event-loop tick; what is beyond is dropped. */
const LOG_LINES_PER_TICK_MAX = 1_000

/** Whose instances authors' code is handed. */
const SHARED_CLASSES = [TurnContext, ReadContext, RouteWorld, SelfsameError]

/** Answers 'ready' or 'load-failed'; from then on the ports speak. */
export function runCell(start: CellStart, port: MessagePort): void {
  // Everything of Node that is needed later is taken now, before taming hides it.
  const { setImmediate: schedule } = globalThis
  const { codified } = start
  const fetches = codified.kind === 'component' && codified.permissions.fetch.length > 0
  const web = codified.kind === 'component' && !fetches ? null : webParts(globalThis)
  const { from: bytesFrom } = Buffer
  const require = requireOf(start)

  const watch = new Float64Array(start.watch)
  const host = batcher<FromGuest>({ schedule, post: (items) => postBatch(port, items) })
  const store = batcher<CellToStore>({ schedule, post: (items) => start.storePort?.postMessage(pack(items)) })
  const current = currentTurn()
  let lines = 0
  const log = (message: string) => {
    if (lines++ === 0) schedule(() => (lines = 0))
    if (lines > LOG_LINES_PER_TICK_MAX) return
    host.push({ type: 'log', turn: current.get()?.turn ?? 0, to: null, message, data: null })
  }
  // A promise that nobody waits for is no reason to end a cell: its turn has ended, or will end, by itself.
  process.on('unhandledRejection', (reason) => {
    const said = reason instanceof Error ? reason.stack : String(reason)
    log(`A promise was rejected and nobody waited for it: ${said}`)
  })

  const load = (): GuestEngine => {
    const profile = codified.kind === 'component' ? 'component' : 'web'
    const hardened = codified.kind !== 'component' || codified.hardened
    const realm =
      codified.kind === 'connector'
        ? null
        : tame({ profile, hardened, fetches, sesFile: start.sesFile }, { current, log, shared: SHARED_CLASSES })
    const { name, script, map } = start
    const value = loadScript({ name, script, map, toBase64: (bytes) => bytesFrom(bytes).toString('base64') }, require)
    const validators = loadValidators(name, start.validators)
    realm?.seal()
    const holds = (turn: number) => {
      watch[WATCH_TURN] = turn
    }
    const ports = { toHost: host.push, toHostLater: host.later, toStore: store.push, within: current.within, holds }
    return buildEngine(value, { start, validators, web, ports })
  }
  const connect = (engine: GuestEngine) => {
    const beat = () => {
      watch[WATCH_BEAT] = (watch[WATCH_BEAT] ?? 0) + 1
    }
    port.on('message', (batch: string | ToGuest[]) => {
      beat()
      engine.receive(readBatch(batch))
    })
    start.storePort?.on('message', (batch: string) => {
      beat()
      engine.receiveStore(unpack<StoreToCell>(batch))
    })
  }

  try {
    connect(load())
    host.push({ type: 'ready' })
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    host.push({ type: 'load-failed', message: messageOf(error), stack })
  }
  host.flush()
}

/** Node's built-ins: all of them for a connector, the declared ones for a component, none for the others. */
function requireOf({ codified }: CellStart): Require {
  const builtin = process.getBuiltinModule
  const declared: readonly string[] = codified.kind === 'component' ? codified.permissions.node : []
  return (name) => {
    if (codified.kind === 'connector' ? isBuiltin(name) : declared.includes(name)) return builtin(name)
    throw realmErrors.NOT_IN_A_CELL({ use: `require('${name}')`, instead: 'permissions.node' })
  }
}
