/**
 * Starts one cell: checks the bytes, spawns the worker, watches it. There is this one way by which a cell comes to
 * life, for a boot, a restart and a patch alike.
 */
import type { Cell, CellOptions, CellPowers } from './cell.ts'
import type { CellStart } from './cell-items.ts'
import { cellErrors } from './errors.ts'
import { guestPermissions, sesFile } from './permissions.ts'
import { RunningCell } from './running-cell.ts'
import { HOLD_LIMIT_MS, watchMemory } from './watchdog.ts'

/** Megabytes of the old and of the young generation. */
const HEAP_MIB = 256
const YOUNG_MIB = 32
/** A cell is ready after 0.1 s as a rule; a machine under load takes longer. */
const START_LIMIT_MS = 10_000

/**
 * Resolves nothing by itself: see `ready` and `ended` of the cell.
 * @throws CELL_CORRUPT if the bytes are not those that the image names. Then nothing was started.
 */
export function startCell(options: CellOptions, powers: CellPowers): Cell {
  const { image, bytes, limits = {} } = options
  assertBytes(options, powers)
  const watch = watchMemory()
  const start: CellStart = {
    name: image.name,
    epoch: options.epoch,
    codified: image.codified,
    script: bytes.script,
    validators: bytes.validators,
    map: options.inspect ? (bytes.map ?? null) : null,
    config: options.config,
    secrets: image.codified.kind === 'connector' ? options.secrets : {},
    limits: { entityBytesMax: limits.entityBytesMax, cacheBytesMax: limits.cacheBytesMax },
    storePort: options.storePort,
    cacheFolder: options.cacheFolder ?? null,
    sesFile: sesFile(),
    watch,
  }
  const worker = powers.spawn(guestEntry(), {
    workerData: start,
    transferList: options.storePort === null ? [] : [options.storePort],
    name: image.name,
    // Nothing of the host's environment, arguments or flags reaches a cell.
    env: {},
    argv: [],
    // Node's permissions would refuse the debugger too.
    execArgv: image.codified.kind === 'connector' || options.inspect ? [] : [...guestPermissions(options.cacheFolder)],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB ?? HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  return new RunningCell(worker, {
    name: image.name,
    epoch: options.epoch,
    watch,
    inspect: options.inspect,
    holdMs: limits.holdMs ?? HOLD_LIMIT_MS,
    startMs: limits.startMs ?? START_LIMIT_MS,
    powers,
  })
}

/** Beside this file, with its extension: the sources run as they are, and so does a build of them. */
function guestEntry(): URL {
  return new URL(`./guest/main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
}

function assertBytes({ image, bytes }: CellOptions, { digest }: CellPowers): void {
  for (const [file, given] of [
    [image.script, bytes.script],
    [image.validators, bytes.validators],
  ] as const) {
    if (file === null && given === null) continue
    const got = given === null ? 'nothing' : digest(given)
    const expected = file?.digest ?? 'nothing'
    if (got !== expected) throw cellErrors.CELL_CORRUPT({ cell: image.name, path: file?.path ?? '?', expected, got })
  }
}
