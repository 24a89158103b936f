/**
 * Entry of a cell's worker. It only turns on Node's compile cache, where the host has a folder for it, before anything
 * else is loaded: stripping the types of our own files is half of a cell's start. See run-cell.ts.
 */
import module from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { CellStart } from '../cell-items.ts'

const start: CellStart = workerData
if (parentPort === null) throw new Error('A cell runs in a worker')
if (start.cacheFolder !== null) module.enableCompileCache(start.cacheFolder)
const { flushCompileCache } = module
const { runCell } = await import('./run-cell.ts')
runCell(start, parentPort)
// Cells are terminated, and a terminated thread writes nothing.
if (start.cacheFolder !== null) flushCompileCache()
