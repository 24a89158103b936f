/** Where something stands in the author's sources, and the lines around it as a person reads them. */
import type { Finding, Place } from '../base/index.ts'
import type { Node, SourceFile } from './typescript.ts'

/** Lines before and after the one that is meant. */
const FRAME_LINES_AROUND = 1
/** Columns of a line that are shown; a minified line must not fill the screen. */
const FRAME_COLUMNS_MAX = 160

/**
 * The line at `place` with its neighbours and a caret below the column:
 *
 *       2 | const seen = new Map()
 *     > 3 | let count = 0
 *         |     ^
 */
export function codeFrame(text: string, place: Pick<Place, 'line' | 'column'>): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, place.line - FRAME_LINES_AROUND)
  const last = Math.min(lines.length, place.line + FRAME_LINES_AROUND)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const line = (lines[number - 1] ?? '').slice(0, FRAME_COLUMNS_MAX)
    frame.push(`${number === place.line ? '>' : ' '} ${String(number).padStart(width)} | ${line}`.trimEnd())
    if (number === place.line) {
      // Tabs before the caret are kept, so that it stands below its column whatever a tab's width.
      const before = line.slice(0, place.column - 1).replace(/[^\t]/g, ' ')
      frame.push(`  ${' '.repeat(width)} | ${before}^`)
    }
  }
  return frame.join('\n')
}

/** Turns nodes into places, with file names as the author knows them. */
export type Locator = {
  place(node: Node): Place
  located(node: Node): Required<Pick<Finding, 'place' | 'frame'>>
  /** `auction/component.ts:12` */
  text(node: Node): string
}

export function locator(nameOf: (file: string) => string): Locator {
  const place = (node: Node): Place => {
    const source: SourceFile = node.getSourceFile()
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source))
    return { file: nameOf(source.fileName), line: line + 1, column: character + 1 }
  }
  return {
    place,
    located(node) {
      const where = place(node)
      return { place: where, frame: codeFrame(node.getSourceFile().text, where) }
    },
    text(node) {
      const { file, line } = place(node)
      return `${file}:${line}`
    },
  }
}
