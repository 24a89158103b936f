/**
 * How a batch crosses between the host and a cell: as text (see `pack`), or, where pieces of bodies are in it, as a
 * clone with their buffers moved: those have buffers of their own and are not copied.
 */
import { pack, unpack } from '../turn/index.ts'
import type { FromGuest, ToGuest } from './cell-items.ts'

type Poster = { postMessage(batch: unknown, moved: ArrayBuffer[]): void }

export function postBatch(port: Poster, items: readonly (ToGuest | FromGuest)[]): void {
  if (items.some(({ type }) => type === 'http-piece')) port.postMessage(items, transfersOf(items))
  else port.postMessage(pack(items), [])
}

export function readBatch<T extends ToGuest | FromGuest>(batch: string | readonly T[]): readonly T[] {
  return typeof batch === 'string' ? unpack<T>(batch) : batch
}

function transfersOf(items: readonly (ToGuest | FromGuest)[]): ArrayBuffer[] {
  const moved: ArrayBuffer[] = []
  for (const item of items) {
    // A buffer that is shared, or a pool's, stays: the copy is made by the clone.
    if (item.type !== 'http-piece' || !(item.bytes.buffer instanceof ArrayBuffer)) continue
    if (item.bytes.byteLength === item.bytes.buffer.byteLength) moved.push(item.bytes.buffer)
  }
  return moved
}
