/** Takes from the real globals what the turn's `fetch` is made of, before taming hides it. */
import type { WebParts } from './fetch.ts'

export function webParts(target: typeof globalThis): WebParts {
  const { Request, Response } = target
  const { from } = target.Buffer
  return {
    Request,
    Response,
    toBase64: (bytes) => from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    fromBase64: (text) => new Uint8Array(from(text, 'base64')),
  }
}
