/** What identifies bytes: SHA-256, in hex. */
import { createHash } from 'node:crypto'

export const DIGEST = /^[0-9a-f]{64}$/

export function digestOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
