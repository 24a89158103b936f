/**
 * The life of one worker: starting, serving, ended. Invariants:
 *
 * - `ready` settles once, and not after `ended`;
 * - the first cause of an end is the one that is told: a cell that was held and then terminated was held;
 * - after `ended` nothing is handed over, and nothing is sent.
 */
import type { Readable } from 'node:stream'
import type { Worker } from 'node:worker_threads'
import { type Batcher, batcher, codeOf, messageOf, type Timer } from '../base/index.ts'
import { postBatch, readBatch } from './batches.ts'
import type { Cell, CellEnd, CellPowers } from './cell.ts'
import type { FromGuest, ToGuest } from './cell-items.ts'
import { cellErrors } from './errors.ts'
import { suspectTurn, watchdog } from './watchdog.ts'

/** How long a cell may take to tell its heap, in milliseconds. */
const HEAP_ANSWER_MS = 1_000

export type RunningCellOptions = {
  readonly name: string
  readonly epoch: number
  readonly watch: SharedArrayBuffer
  readonly inspect: boolean
  readonly holdMs: number
  readonly startMs: number
  readonly powers: CellPowers
}

type EndCause = Pick<CellEnd, 'reason' | 'message' | 'stack'>

export class RunningCell implements Cell {
  readonly name: string
  readonly epoch: number
  readonly ready: Promise<void>
  readonly ended: Promise<CellEnd>
  readonly #worker: Worker
  readonly #options: RunningCellOptions
  readonly #outbox: Batcher<ToGuest>
  readonly #started = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<CellEnd>()
  readonly #timers = new Set<{ stop(): void }>()
  #early: FromGuest[] = []
  #take: ((items: readonly FromGuest[]) => void) | null = null
  /** Why it ends: set by the first to know, told when the thread is gone. */
  #cause: EndCause | null = null
  #over = false

  constructor(worker: Worker, options: RunningCellOptions) {
    this.name = options.name
    this.epoch = options.epoch
    this.ready = this.#started.promise
    this.ended = this.#gone.promise
    this.#worker = worker
    this.#options = options
    // Whoever only waits for `ended` is not to be surprised by a start that failed.
    this.ready.catch(() => {})
    this.#outbox = batcher<ToGuest>({
      schedule: options.powers.schedule,
      post: (items) => {
        if (!this.#over) postBatch(worker, items)
      },
    })
    this.#listen()
    if (!options.inspect) this.#guardStart()
  }

  send(item: ToGuest): void {
    if (!this.#over) this.#outbox.push(item)
  }

  onItems(take: (items: readonly FromGuest[]) => void): void {
    this.#take = take
    const early = this.#early
    this.#early = []
    if (early.length > 0) take(early)
  }

  stop({ graceMs }: { readonly graceMs: number }): Promise<CellEnd> {
    this.send({ type: 'stop' })
    this.#cause ??= { reason: 'stopped', message: 'It was asked to stop.', stack: '' }
    this.#after(graceMs, () => this.#terminate())
    return this.ended
  }

  kill(): Promise<CellEnd> {
    this.#end({ reason: 'killed', message: 'It was ended from outside.', stack: '' })
    return this.ended
  }

  async heapBytes(): Promise<number | null> {
    if (this.#over) return null
    const late = Promise.withResolvers<null>()
    const timer = this.#after(HEAP_ANSWER_MS, () => late.resolve(null))
    const asked = this.#worker.getHeapStatistics().then(({ used_heap_size }) => used_heap_size)
    const answer = await Promise.race([asked.catch(() => null), late.promise])
    timer.cancel()
    return answer
  }

  async cpuProfile({ durationMs }: { readonly durationMs: number }): Promise<string> {
    this.#assertAlive()
    const profile = await this.#worker.startCpuProfile()
    await Promise.race([new Promise<void>((resolve) => this.#after(durationMs, resolve)), this.ended])
    this.#assertAlive()
    return profile.stop()
  }

  async heapSnapshot(): Promise<Readable> {
    this.#assertAlive()
    return this.#worker.getHeapSnapshot()
  }

  #assertAlive(): void {
    if (this.#over) throw cellErrors.CELL_ENDED({ cell: this.name })
  }

  #listen(): void {
    const worker = this.#worker
    const { powers } = this.#options
    worker.on('message', (batch: string | FromGuest[]) => this.#receive(readBatch(batch)))
    worker.on('error', (error: unknown) => {
      const reason = codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'crashed'
      this.#cause ??= { reason, message: messageOf(error), stack: error instanceof Error ? (error.stack ?? '') : '' }
    })
    worker.on('exit', (code: number) => this.#exited(code))
    for (const stream of ['stdout', 'stderr'] as const) {
      worker[stream].setEncoding('utf8').on('data', (text: string) => powers.output(text, stream))
    }
  }

  #receive(items: readonly FromGuest[]): void {
    for (const item of items) {
      if (item.type === 'ready') this.#serve()
      else if (item.type === 'load-failed') this.#loadFailed(item)
      else if (item.type === 'stopped') this.#terminate()
    }
    if (this.#take === null) this.#early.push(...items)
    else this.#take(items)
  }

  #serve(): void {
    this.#started.resolve()
    const { inspect, watch, holdMs, powers } = this.#options
    if (inspect) return
    const guard = watchdog(
      watch,
      {
        clock: powers.clock,
        idleMs: () => this.#idleMs(),
        held: () => this.#end({ reason: 'held', message: `It held its thread for more than ${holdMs} ms.`, stack: '' }),
      },
      holdMs,
    )
    this.#timers.add(guard)
  }

  /** undefined before the thread's loop has begun: it then counts nothing. */
  #idleMs(): number | undefined {
    const { idle, active } = this.#worker.performance.eventLoopUtilization()
    return idle === 0 && active === 0 ? undefined : idle
  }

  #loadFailed({ message, stack }: { readonly message: string; readonly stack: string }): void {
    this.#started.reject(cellErrors.CELL_LOAD_FAILED({ cell: this.name, reason: message, stack }))
    this.#end({ reason: 'crashed', message: `It did not load: ${message}`, stack })
  }

  #guardStart(): void {
    const { startMs } = this.#options
    const guard = this.#after(startMs, () => {
      this.#started.reject(cellErrors.CELL_START_TIMEOUT({ cell: this.name, limitMs: startMs }))
      this.#end({ reason: 'held', message: `It was not ready after ${startMs} ms.`, stack: '' })
    })
    void this.ready.then(
      () => guard.cancel(),
      () => guard.cancel(),
    )
  }

  #after(delayMs: number, then: () => void): Timer {
    const entry = {
      stop: () => timer.cancel(),
    }
    const timer = this.#options.powers.clock.after(delayMs, () => {
      this.#timers.delete(entry)
      then()
    })
    this.#timers.add(entry)
    return {
      cancel: () => {
        this.#timers.delete(entry)
        timer.cancel()
      },
    }
  }

  #end(cause: EndCause): void {
    this.#cause ??= cause
    this.#terminate()
  }

  #terminate(): void {
    if (!this.#over) void this.#worker.terminate()
  }

  #exited(code: number): void {
    if (this.#over) return
    this.#over = true
    for (const timer of this.#timers) timer.stop()
    const cause = this.#cause ?? { reason: 'crashed', message: `Its thread ended with code ${code}.`, stack: '' }
    const { message, stack } = cause
    this.#started.reject(cellErrors.CELL_LOAD_FAILED({ cell: this.name, reason: message, stack }))
    const suspect = cause.reason === 'stopped' ? null : suspectTurn(this.#options.watch)
    this.#gone.resolve({ ...cause, suspectTurn: suspect })
  }
}
