/** What a verb is: its words, for `help` and for parsing, and what it does. One file per verb under `verbs/`. */
import type { ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export type OptionSpec = {
  /** Left out for a flag: what the value stands for, as in `--data <folder>`. */
  readonly value?: string
  readonly about: string
  /** The option may be given several times. */
  readonly several?: boolean
  /** The value that the bare option stands for, as in `--inspect` for `--inspect=9229`. */
  readonly bare?: string
}

export type Verb = {
  readonly name: string
  readonly summary: string
  /** Without the leading `selfsame`. */
  readonly usage: readonly string[]
  /** Names of the arguments, in order; `?` at the end marks those that may be left out. */
  readonly takes: readonly string[]
  readonly options: Readonly<Record<string, OptionSpec>>
  /** Further lines of help: what a reader must know beyond the options. */
  readonly notes?: readonly string[]
  readonly run: (input: Input, powers: Powers) => Promise<ExitCode>
}

/** A parsed command line. Only options that the verb declares can be asked for; the rest was refused. */
export type Input = {
  readonly verb: string
  readonly json: boolean
  readonly positionals: readonly string[]
  /** The argument at this place; the parser has made sure that a required one is there. */
  argument(place: number): string
  text(option: string): string | undefined
  texts(option: string): readonly string[]
  flag(option: string): boolean
}

export type StopSignal = 'SIGINT' | 'SIGTERM'

export type Powers = {
  readonly terminal: Terminal
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly tempFolder: string
  readonly nowMs: () => number
  /** A name that nothing else has. */
  readonly newId: () => string
  /** Takes over what a signal does; without it a signal ends the command at once. */
  readonly onSignal: (handle: (signal: StopSignal) => void) => void
  /** Ends the process now. */
  readonly exit: (code: ExitCode) => void
}
