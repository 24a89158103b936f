/**
 * Stacks as authors read them: positions in the bundle become positions in the sources, and the frames of our own guest
 * and of Node go. It happens on the host, when a stack is shown, so that cells carry no source maps.
 */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'

/** Parsed maps that are kept; the oldest goes first. */
const MAPS_MAX = 32

const FRAME = /^(\s*at )(?:(.*?) \()?(?:cell:(.+?)|(file:\/\/.*?|node:.*?|<anonymous>|native|\/.*?)):?(\d*):?(\d*)\)?$/

/** `mapOf` gives the source map of a cell as JSON text, or undefined if there is none. */
export function stackMapper(mapOf: (cell: string) => string | undefined): (stack: string) => string {
  const parsed = new Map<string, TraceMap | null>()
  const trace = (cell: string): TraceMap | null => {
    const known = parsed.get(cell)
    if (known !== undefined) return known
    const text = mapOf(cell)
    const made = text === undefined ? null : new TraceMap(text)
    for (const oldest of parsed.keys()) {
      if (parsed.size < MAPS_MAX) break
      parsed.delete(oldest)
    }
    parsed.set(cell, made)
    return made
  }
  return (stack) =>
    stack
      .split('\n')
      .map((line) => mapFrame(line, trace))
      .filter((line) => line !== null)
      .join('\n')
}

/** One line; null for a frame that tells an author nothing. */
function mapFrame(line: string, trace: (cell: string) => TraceMap | null): string | null {
  const found = FRAME.exec(line)
  if (found === null) return line
  const [, indent, name, cell, , row, column] = found
  if (cell === undefined) return null
  const map = trace(cell)
  if (map === null) return line
  const original = originalPositionFor(map, { line: Number(row), column: Math.max(0, Number(column) - 1) })
  if (original.source === null) return null
  const place = `${original.source}:${original.line}:${original.column + 1}`
  return name === undefined ? `${indent}${place}` : `${indent}${name} (${place})`
}
