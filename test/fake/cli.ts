/** Runs a command as a user would, in this process: real arguments and a real socket, captured output. */
import { createTerminal, main, type Output, type Powers, type StopSignal } from '../../src/cli/index.ts'

export type Ran = { readonly out: string; readonly err: string; readonly code: number }

/** Three minutes and a second after the fake host has started. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 7, 6)

export type FakeOptions = { readonly cwd: string; readonly env?: Record<string, string>; readonly tty?: boolean }

/** The powers of a command, what it wrote with them, and a way to send it a signal. */
export function fakePowers(options: FakeOptions) {
  const written = { out: '', err: '' }
  /** Codes with which the command wanted to end the process at once. */
  const exits: number[] = []
  let handle: ((signal: StopSignal) => void) | undefined
  const stream = (name: 'out' | 'err'): Output => {
    const self = {
      isTTY: options.tty === true,
      columns: 80,
      write: (text: string) => {
        written[name] += text
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
  return { powers, written, exits, signal: (signal: StopSignal) => handle?.(signal) }
}

export function startCli(args: readonly string[], options: FakeOptions) {
  const { powers, written } = fakePowers(options)
  return { ran: main(args, powers).then((code): Ran => ({ ...written, code })), out: () => written.out }
}

export function runCli(args: readonly string[], options: FakeOptions): Promise<Ran> {
  return startCli(args, options).ran
}
