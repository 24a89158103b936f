/** Cuts a stream of bytes into lines, and holds no more than one bounded line of it, whatever is sent. */

export type LineReader = { push(chunk: Uint8Array): void }

const NEWLINE = 0x0a

/** Calls `line` for each full line, `tooLong` once for each line beyond `bytesMax`, which is skipped to its end. */
export function lineReader(options: {
  readonly bytesMax: number
  readonly line: (text: string) => void
  readonly tooLong: () => void
}): LineReader {
  const decoder = new TextDecoder()
  let parts: Uint8Array[] = []
  let bytes = 0
  let skipping = false

  const keep = (part: Uint8Array) => {
    if (skipping) return
    bytes += part.length
    if (bytes > options.bytesMax) {
      skipping = true
      parts = []
      options.tooLong()
    } else if (part.length > 0) parts.push(part)
  }

  return {
    push(chunk) {
      let from = 0
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, end))
        from = end + 1
        const whole = skipping ? undefined : Buffer.concat(parts)
        parts = []
        bytes = 0
        skipping = false
        if (whole !== undefined) options.line(decoder.decode(whole))
      }
      keep(chunk.subarray(from))
    },
  }
}
