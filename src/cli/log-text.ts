/** A line of the log as a person reads it. */
import type { LogLine } from '../host/index.ts'
import type { Style } from './terminal.ts'
import { harmless } from './text.ts'

const LEVEL_STYLES = { info: 'faint', warn: 'warn', error: 'bad' } as const satisfies Record<LogLine['level'], Style>

export function logText(line: LogLine, paint: (style: Style, text: string) => string): string {
  const at = paint('faint', new Date(line.atMs).toISOString().slice(11, 23))
  const level = paint(LEVEL_STYLES[line.level], line.level.padEnd(5))
  // An entity's address names its component already.
  const who = line.entity ?? line.from
  const turn = line.turn === undefined ? '' : paint('faint', ` turn=${line.turn}`)
  const data = line.data === undefined ? '' : ` ${paint('faint', harmless(JSON.stringify(line.data)))}`
  const message = harmless(line.message, { lines: true }).replaceAll('\n', '\n    ')
  return `${at} ${level} ${paint('strong', harmless(who))}${turn} ${message}${data}`
}
