/** Bodies are moved to the other thread, not copied: their pieces have buffers of their own. */
import type { FromGuest, ToGuest } from './cell-items.ts'

export function transfersOf(items: readonly (ToGuest | FromGuest)[]): ArrayBuffer[] {
  const moved: ArrayBuffer[] = []
  for (const item of items) {
    // A buffer that is shared, or a pool's, stays: the copy is made by the clone.
    if (item.type !== 'http-piece' || !(item.bytes.buffer instanceof ArrayBuffer)) continue
    if (item.bytes.byteLength === item.bytes.buffer.byteLength) moved.push(item.bytes.buffer)
  }
  return moved
}
