/**
 * Entry of a cell's worker: builds the realm, then the engine, then connects both to the ports. Whatever the author's
 * scripts do comes after `tame`; until then only our own code has run.
 */
import { isBuiltin } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { batcher, messageOf } from '../../base/index.ts'
import type { CellToStore, StoreToCell } from '../../turn/index.ts'
import type { CellStart, FromGuest, ToGuest } from '../cell-items.ts'
import { transfersOf } from '../transfers.ts'
import { WATCH_BEAT, WATCH_TURN } from '../watchdog.ts'
import { buildEngine } from './build-engine.ts'
import type { GuestEngine } from './guest-engine.ts'
import { loadScript, loadValidators } from './load-script.ts'
import { currentTurn } from './realm/current.ts'
import { realmErrors } from './realm/errors.ts'
import { tame } from './realm/tame.ts'
import { webParts } from './realm/web-parts.ts'

/** Lines that a cell may write to the log through `console` in one event-loop tick; what is beyond is counted. */
const LOG_LINES_PER_TICK_MAX = 1_000

const start = workerData as CellStart
const port = parentPort
if (port === null) throw new Error('A cell runs in a worker')

// Everything of Node that is needed later is taken now, before taming hides it.
const { setImmediate: schedule } = globalThis
const builtin = process.getBuiltinModule
const onUncaught = (event: 'unhandledRejection', then: (reason: unknown) => void) => process.on(event, then)
const { kind } = start.codified
const fetches = start.codified.kind === 'component' && start.codified.permissions.fetch.length > 0
const web = kind === 'component' && !fetches ? null : webParts(globalThis)
const { from: bytesFrom } = Buffer
const toBase64 = (bytes: Uint8Array) => bytesFrom(bytes).toString('base64')

const watch = new Float64Array(start.watch)
const host = batcher<FromGuest>({ schedule, post: (items) => port.postMessage(items, transfersOf(items)) })
const store = batcher<CellToStore>({ schedule, post: (items) => start.storePort?.postMessage(items) })
const current = currentTurn()

let lines = 0
const log = (message: string) => {
  if (lines++ === 0) schedule(() => (lines = 0))
  if (lines <= LOG_LINES_PER_TICK_MAX) host.push({ type: 'log', turn: current.get()?.turn ?? 0, message, data: null })
}

/** Node's built-ins: all of them for a connector, the declared ones for a component, none for the others. */
function requireFrom(name: string): unknown {
  const declared =
    kind === 'connector'
      ? isBuiltin(name)
      : start.codified.kind === 'component' && start.codified.permissions.node.includes(name as `node:${string}`)
  if (!declared) throw realmErrors.NOT_IN_A_CELL({ use: `require('${name}')`, instead: 'permissions.node' })
  return builtin(name)
}

function load(): GuestEngine {
  const realm =
    kind === 'connector'
      ? null
      : tame(
          {
            profile: kind === 'component' ? 'component' : 'web',
            hardened: start.codified.kind !== 'component' || start.codified.hardened,
            fetches,
          },
          { current, log },
        )
  const { name, script, map } = start
  const value = loadScript({ name, script, map, toBase64 }, requireFrom)
  const validators = loadValidators(name, start.validators)
  realm?.seal()
  return buildEngine(value, {
    start,
    validators,
    web,
    ports: {
      toHost: host.push,
      toStore: store.push,
      within: current.within,
      holds: (turn) => (watch[WATCH_TURN] = turn),
    },
  })
}

function connect(engine: GuestEngine): void {
  const beat = () => (watch[WATCH_BEAT] = (watch[WATCH_BEAT] ?? 0) + 1)
  port?.on('message', (items: ToGuest[]) => {
    beat()
    engine.receive(items)
  })
  start.storePort?.on('message', (items: StoreToCell[]) => {
    beat()
    engine.receiveStore(items)
  })
}

// A promise that nobody waits for is no reason to end a cell: its turn has ended, or will end, by itself.
onUncaught('unhandledRejection', (reason) => {
  log(`A promise was rejected and nobody waited for it: ${reason instanceof Error ? reason.stack : String(reason)}`)
})
try {
  connect(load())
  host.push({ type: 'ready' })
} catch (error) {
  host.push({
    type: 'load-failed',
    message: messageOf(error),
    stack: error instanceof Error ? (error.stack ?? '') : '',
  })
}
host.flush()
