/** Runs a command as a user would, in this process: real arguments and a real socket, captured output. */
import { main } from '../../src/cli/cli.ts'
import { createTerminal, type Output } from '../../src/cli/terminal.ts'
import type { Powers, StopSignal } from '../../src/cli/verb.ts'

export type Ran = { readonly out: string; readonly err: string; readonly code: number }

/** Three minutes and a second after the fake host has started. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 7, 6)

export type Running = {
  readonly ran: Promise<Ran>
  /** What was written to stdout so far. */
  readonly out: () => string
  signal(signal: StopSignal): void
  /** Codes with which the command wanted to end the process at once. */
  readonly exits: number[]
}

export function startCli(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; tty?: boolean },
): Running {
  const output = { out: '', err: '' }
  const exits: number[] = []
  let handle: ((signal: StopSignal) => void) | undefined
  const stream = (name: 'out' | 'err'): Output => {
    const self = {
      isTTY: options.tty === true,
      columns: 80,
      write: (text: string) => {
        output[name] += text
        return true
      },
      on: () => self,
    }
    return self as unknown as Output
  }
  const env = options.env ?? {}
  const powers: Powers = {
    terminal: createTerminal({ stdout: stream('out'), stderr: stream('err'), env }),
    cwd: options.cwd,
    env,
    pid: 4242,
    tempFolder: '/tmp',
    nowMs: () => NOW_MS,
    newId: () => 'new-id',
    onSignal(taken) {
      handle = taken
    },
    exit: (code) => void exits.push(code),
  }
  return {
    ran: main(args, powers).then((code) => ({ ...output, code })),
    out: () => output.out,
    signal: (signal) => handle?.(signal),
    exits,
  }
}

export function runCli(args: readonly string[], options: Parameters<typeof startCli>[1]): Promise<Ran> {
  return startCli(args, options).ran
}
