/** `console` in a cell: every method that prints becomes a line of the log, the others do nothing. */
import { format } from 'node:util'

const PRINTS = [
  'log',
  'info',
  'debug',
  'warn',
  'error',
  'trace',
  'dir',
  'dirxml',
  'table',
  'group',
  'groupCollapsed',
] as const
const SILENT = [
  'groupEnd',
  'time',
  'timeEnd',
  'timeLog',
  'timeStamp',
  'count',
  'countReset',
  'clear',
  'profile',
  'profileEnd',
] as const

export function cellConsole(log: (message: string) => void): object {
  const made: Record<string, (...args: unknown[]) => void> = {}
  for (const name of PRINTS) made[name] = (...args) => log(format(...args))
  for (const name of SILENT) made[name] = () => {}
  made['assert'] = (holds, ...args) => {
    if (!holds) log(args.length === 0 ? 'Assertion failed' : `Assertion failed: ${format(...args)}`)
  }
  return made
}
