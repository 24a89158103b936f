/** The command line, for whoever runs a command in its own process: `main` with powers that the caller makes. */
export { main } from './cli.ts'
export { createTerminal, type Output } from './terminal.ts'
export type { Powers, StopSignal } from './verb.ts'
