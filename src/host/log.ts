/**
 * The host's log: JSON lines in a file that is rotated by size, the last of them in memory, and whoever follows. A log
 * that cannot be written does not stop the host: the lines are counted as lost, and the loss is a line itself.
 */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogFilter, LogLine } from './host.ts'

const LINES_IN_MEMORY_MAX = 5_000
const FILE_BYTES_MAX = 16 * 1024 * 1024
const LINE_CHARACTERS_MAX = 16 * 1024
const UNWRITTEN_LINES_MAX = 50_000

export type Log = {
  write(line: Omit<LogLine, 'atMs'>): void
  follow(filter: LogFilter, seen: (line: LogLine) => void): { stop(): void }
  /** Resolves when everything written so far lies in the file. */
  flush(): Promise<void>
}

/** @param folder where `host.jsonl` and its predecessor `host.1.jsonl` go; null keeps the log in memory alone. */
export function createLog(options: { folder: string | null; nowMs: () => number; echo: (line: LogLine) => void }): Log {
  const { folder, nowMs, echo } = options
  const kept: LogLine[] = []
  const followers = new Set<{ filter: LogFilter; seen: (line: LogLine) => void }>()
  let unwritten: string[] = []
  let lost = 0
  let writing: Promise<void> | undefined

  async function drain(path: string) {
    while (unwritten.length > 0) {
      const batch = unwritten
      unwritten = []
      try {
        await appendFile(path, batch.join(''))
        if ((await stat(path)).size > FILE_BYTES_MAX) await rename(path, path.replace(/\.jsonl$/, '.1.jsonl'))
      } catch {
        lost += batch.length
      }
    }
    writing = undefined
  }

  const ready = folder === null ? undefined : mkdir(folder, { recursive: true }).catch(() => undefined)

  return {
    write(line) {
      const stamped: LogLine = { atMs: nowMs(), ...line }
      kept.push(stamped)
      if (kept.length > LINES_IN_MEMORY_MAX * 1.1) kept.splice(0, kept.length - LINES_IN_MEMORY_MAX)
      for (const { filter, seen } of followers) if (passes(stamped, filter)) seen(stamped)
      echo(stamped)
      if (folder === null) return
      if (unwritten.length >= UNWRITTEN_LINES_MAX) {
        lost += 1
        return
      }
      if (lost > 0) {
        const count = lost
        lost = 0
        unwritten.push(text({ atMs: nowMs(), level: 'warn', from: 'log', message: `${count} log lines were lost` }))
      }
      unwritten.push(text(stamped))
      writing ??= ready?.then(() => drain(join(folder, 'host.jsonl')))
    },
    follow(filter, seen) {
      for (const line of kept.filter((line) => passes(line, filter)).slice(-filter.last || kept.length)) seen(line)
      const follower = { filter, seen }
      followers.add(follower)
      return { stop: () => followers.delete(follower) }
    },
    async flush() {
      while (writing) await writing
    },
  }
}

function passes(line: LogLine, { component, entity }: LogFilter): boolean {
  if (component !== null && line.from !== component) return false
  return entity === null || line.entity === entity
}

function text(line: LogLine): string {
  const whole = JSON.stringify(line)
  if (whole.length <= LINE_CHARACTERS_MAX) return `${whole}\n`
  const { data: _, ...rest } = line
  return `${JSON.stringify({ ...rest, message: rest.message.slice(0, LINE_CHARACTERS_MAX / 4), cut: true })}\n`
}
