#!/usr/bin/env node
/** The entry of the command: builds the powers, calls `main`, and exits with 1 until success is proved. */
import { randomUUID } from 'node:crypto'
import { enableCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import { main } from './cli.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { createTerminal } from './terminal.ts'
import type { StopSignal } from './verb.ts'

/** What still keeps the process alive so long after its verb has ended is cut off. */
const LINGER_MS_MAX = 500

// Verbs are imported when they are needed, and compiled once per machine: that halves the time of a boot.
enableCompileCache()

process.exitCode = EXIT_CODES.failed
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env })
// `| head` has seen enough: that is no failure.
terminal.whenBroken(() => process.exit(EXIT_CODES.ok))

let handle: (signal: StopSignal) => void = (signal) => {
  process.exit(signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => handle(signal))

process.exitCode = await main(process.argv.slice(2), {
  terminal,
  cwd: process.cwd(),
  env: process.env,
  pid: process.pid,
  tempFolder: tmpdir(),
  nowMs: () => Date.now(),
  newId: () => randomUUID(),
  onSignal(taken) {
    handle = taken
  },
  exit: (code) => process.exit(code),
})
process.stdout.write('', () => setTimeout(() => process.exit(), LINGER_MS_MAX).unref())
