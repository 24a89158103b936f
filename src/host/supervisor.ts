/**
 * Keeps one cell alive: starts it, hears that it ended, starts it again. There is one way to come to life, so a restart
 * after a crash is the start all over.
 *
 * - An epoch is opened in the store before the cell is started; the one before has ended by then.
 * - Whoever delivers to the cell is told `ended` before the next start, and the next start waits for it.
 * - A cell that keeps dying is started again with growing pauses, never given up: the host is degraded meanwhile.
 */
import { type Clock, messageOf } from '../base/index.ts'
import type { Cell, CellEnd, FromGuest, ToGuest } from '../cell/index.ts'
import type { CellStatus } from './host.ts'

const PAUSE_MS_FIRST = 50
const PAUSE_MS_MAX = 10_000
/** A cell that has served this long counts as healthy: its next death starts the pauses from the beginning. */
const HEALTHY_MS = 30_000

export type SupervisorOptions = {
  readonly name: string
  readonly kind: CellStatus['kind']
  readonly digest: string
  readonly clock: Clock
  /** Opens the next epoch, ends the one before. */
  readonly openEpoch: () => Promise<number>
  readonly start: (epoch: number) => Cell
  readonly items: (cell: Cell, items: readonly FromGuest[]) => void
  readonly serving: (epoch: number) => void
  /** Resolves when nothing of the ended cell can come any more, and its turns are queued again. */
  readonly ended: (end: CellEnd) => Promise<void>
  readonly log: (line: { level: 'info' | 'warn' | 'error'; message: string; stack?: string }) => void
}

export class Supervisor {
  readonly #options: SupervisorOptions
  #cell: Cell | null = null
  #state: CellStatus['state'] = 'starting'
  #restarts = 0
  #pauses = 0
  #lastFault: string | null = null
  #stopping = false
  #wake: (() => void) | null = null
  #keeping: Promise<void> | null = null

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves once the cell serves for the first time. @throws CELL_LOAD_FAILED, CELL_START_TIMEOUT, CELL_CORRUPT */
  async start(): Promise<void> {
    const cell = await this.#attempt()
    this.#keeping = this.#keepAlive(cell)
  }

  /** To the cell that serves now; to nobody if none does (false), then `ended` has been or will be told. */
  send(item: ToGuest): boolean {
    if (this.#state !== 'serving' || this.#cell === null) return false
    this.#cell.send(item)
    return true
  }

  /** The cell that serves, for questions to its thread. */
  get cell(): Cell | null {
    return this.#state === 'serving' ? this.#cell : null
  }

  get status(): Pick<CellStatus, 'name' | 'kind' | 'state' | 'digest' | 'epoch' | 'restarts' | 'lastFault'> {
    const { name, kind, digest } = this.#options
    return {
      name,
      kind,
      digest,
      state: this.#state,
      epoch: this.#cell?.epoch ?? 0,
      restarts: this.#restarts,
      lastFault: this.#lastFault,
    }
  }

  /** Resolves when no cell of it runs any more, also one that was just being started. */
  async stop(options: { readonly graceMs: number }): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#cell?.stop(options)
    await this.#keeping
    this.#state = 'stopped'
  }

  async #attempt(): Promise<Cell> {
    const { openEpoch, start, items, serving } = this.#options
    const epoch = await openEpoch()
    const cell = start(epoch)
    this.#cell = cell
    cell.onItems((batch) => items(cell, batch))
    // Asked to stop while the epoch was opened: `stop` could not know of this cell.
    if (this.#stopping) await cell.stop({ graceMs: 0 })
    await cell.ready
    this.#state = 'serving'
    serving(epoch)
    return cell
  }

  async #keepAlive(first: Cell): Promise<void> {
    const { clock, log, ended } = this.#options
    for (let cell: Cell | null = first; cell !== null || !this.#stopping; ) {
      if (cell !== null) {
        const servingSinceMs = clock.monotonicMs()
        const end: CellEnd = await cell.ended
        if (this.#stopping) return
        this.#state = 'replacing'
        this.#lastFault = `${end.reason}: ${end.message}`
        const turn = end.suspectTurn === null ? '' : ` while it ran turn ${end.suspectTurn}`
        log({ level: 'error', message: `the cell ended${turn}: ${this.#lastFault}`, stack: end.stack })
        await ended(end)
        if (clock.monotonicMs() - servingSinceMs > HEALTHY_MS) this.#pauses = 0
      }
      await this.#pause()
      if (this.#stopping) return
      this.#restarts += 1
      cell = await this.#attempt().catch((error: unknown) => {
        this.#state = 'failed'
        this.#lastFault = messageOf(error)
        log({ level: 'error', message: `the cell does not start: ${this.#lastFault}` })
        return null
      })
    }
  }

  /** Nothing at first, then doubling. Ends early when the host stops. */
  async #pause(): Promise<void> {
    const delayMs = this.#pauses === 0 ? 0 : Math.min(PAUSE_MS_MAX, PAUSE_MS_FIRST * 2 ** (this.#pauses - 1))
    this.#pauses += 1
    if (delayMs === 0 || this.#stopping) return
    await new Promise<void>((resume) => {
      const timer = this.#options.clock.after(delayMs, resume)
      this.#wake = () => {
        timer.cancel()
        resume()
      }
    })
    this.#wake = null
  }
}
