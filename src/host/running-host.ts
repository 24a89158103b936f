/** A host that serves: the verbs of the control plane, and the graceful end. */
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { MessagePort } from 'node:worker_threads'
import { didYouMean } from '../base/index.ts'
import type { CodifiedComponent } from '../component/index.ts'
import type { Release } from '../release/index.ts'
import { personalPaths, redact } from '../schema/index.ts'
import type { StoreHandle } from '../store/index.ts'
import type { Address, Generation, Page } from '../turn/index.ts'
import { hostErrors } from './errors.ts'
import type { OpenGateway } from './gateways.ts'
import type { CellStatus, Host, HostEnd, HostStatus, Inspection, LogFilter, LogLine } from './host.ts'
import { checkInvariants } from './invariants.ts'
import type { Log } from './log.ts'
import { machineClock } from './powers.ts'
import type { Contracted, Wiring } from './wiring.ts'

/** What is in flight when the host is told to stop gets this long, in the gateways, the router and the cells each. */
const STOP_GRACE_MS = 5_000

type Parts = Wiring & {
  readonly release: Release
  readonly store: StoreHandle<MessagePort>
  readonly dataFolder: string
  readonly log: Log
  readonly gateways: readonly OpenGateway[]
  readonly contracted: readonly Contracted[]
  /** A debugger that stays connected would keep the process from ending, and what it has paused from going on. */
  readonly closeInspector: () => void
}

export class RunningHost implements Host {
  readonly ended: Promise<HostEnd>
  readonly #parts: Parts
  readonly #startedAtMs = machineClock.nowMs()
  readonly #end = Promise.withResolvers<HostEnd>()
  #stopping: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.ended = this.#end.promise
    void parts.store.terminated.then(({ because, failed }) => {
      if (!failed) return
      parts.log.write({ level: 'error', from: 'store', message: `the store ended: ${because}` })
      parts.closeInspector()
      this.#end.resolve({ failed: true, because: `the store ended: ${because}` })
    })
  }

  async status(): Promise<HostStatus> {
    const { release, store, supervisors, router, gateways, dataFolder } = this.#parts
    const [statistics, generations, heaps] = await Promise.all([
      store.call('statistics', null),
      store.call('generations', null),
      Promise.all(supervisors.map(({ cell }) => cell?.heapBytes() ?? null)),
    ])
    const queues = router.status()
    const cells = supervisors.map(({ status }, i): CellStatus => {
      const queue = queues.components[status.name]
      return {
        ...status,
        waiting: queue?.waiting ?? 0,
        inFlight: queue?.inFlight ?? 0,
        heapBytes: heaps[i] ?? null,
      }
    })
    const because = cells.flatMap(({ name, state }) => (state === 'serving' ? [] : [`${name} is ${state}`]))
    const debts = this.#parts.contracted.flatMap((codified) =>
      codified.kind === 'component' && !codified.hardened
        ? [`${codified.contract.name} is not hardened: its code may change the language's own objects`]
        : [],
    )
    return {
      system: release.manifest.system,
      state: this.#stopping !== null ? 'stopping' : because.length > 0 ? 'degraded' : 'serving',
      because,
      debts,
      pid: process.pid,
      startedAtMs: this.#startedAtMs,
      generation: generations.at(-1) as Generation,
      dataFolder,
      cells,
      store: statistics,
      gateways: gateways.map(({ host, gateway }) => ({ host, port: gateway.port, connections: gateway.connections })),
    }
  }

  async list(component: string, page: Page): Promise<readonly string[]> {
    this.#component(component)
    return this.#parts.store.call('list', { component, page })
  }

  async inspect(address: Address, options: { readonly personal: boolean }): Promise<Inspection | null> {
    const { state: schema } = this.#component(address.component)
    const record = await this.#parts.store.call('get', address)
    if (record === null) return null
    if (options.personal) return { address, record, redacted: [] }
    const state = JSON.stringify(redact(schema, JSON.parse(record.state)))
    return { address, record: { ...record, state }, redacted: personalPaths(schema) }
  }

  deadLetters(page: { readonly after: number; readonly limit: number }) {
    return this.#parts.store.call('deadLetters', page)
  }

  async retryDeadLetter(id: number): Promise<boolean> {
    return this.#parts.router.retryDeadLetter(id)
  }

  discardDeadLetter(id: number): Promise<boolean> {
    return this.#parts.store.call('discardDeadLetter', { id })
  }

  backup(path: string) {
    return this.#parts.store.call('backup', { path })
  }

  checkInvariants() {
    return checkInvariants(this.#parts)
  }

  logs(filter: LogFilter, line: (line: LogLine) => void) {
    return this.#parts.log.follow(filter, line)
  }

  async profile(
    cell: string,
    options: { readonly kind: 'cpu' | 'heap'; readonly durationMs: number; readonly path: string },
  ): Promise<void> {
    const { supervisors } = this.#parts
    const supervisor = supervisors.find(({ status }) => status.name === cell)
    if (supervisor === undefined) {
      const suggestion = didYouMean(
        cell,
        supervisors.map(({ status }) => status.name),
      )
      throw hostErrors.CELL_UNKNOWN({ cell, suggestion })
    }
    const serving = supervisor.cell
    if (serving === null) throw hostErrors.CELL_NOT_SERVING({ cell, state: supervisor.status.state })
    if (options.kind === 'cpu') await writeFile(options.path, await serving.cpuProfile(options), { flag: 'wx' })
    else await pipeline(await serving.heapSnapshot(), createWriteStream(options.path, { flags: 'wx' }))
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** From the outside in: no new requests, then no turns, then no cells, then no store. */
  async #stop(): Promise<void> {
    const { gateways, router, store, log, stopCells, closeInspector } = this.#parts
    log.write({ level: 'info', from: 'host', message: 'stopping' })
    closeInspector()
    const graceMs = STOP_GRACE_MS
    await Promise.all(gateways.map(({ gateway }) => gateway.stop({ graceMs })))
    await router.stop()
    await stopCells({ graceMs })
    await store.close().catch((error: unknown) => log.write({ level: 'error', from: 'store', message: String(error) }))
    log.write({ level: 'info', from: 'host', message: 'stopped' })
    await log.flush()
    this.#end.resolve({ failed: false, because: 'it was asked to stop' })
  }

  #component(name: string): CodifiedComponent {
    const { contracted } = this.#parts
    const found = contracted.find(({ contract }) => contract.name === name)
    if (found?.kind === 'component') return found
    const names = contracted.filter(({ kind }) => kind === 'component').map(({ contract }) => contract.name)
    throw hostErrors.COMPONENT_NOT_FOUND({ component: name, suggestion: didYouMean(name, names) })
  }
}
