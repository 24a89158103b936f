/**
 * Where a command speaks. What was asked for goes to stdout; everything else (errors, progress, hints) to stderr, so
 * that a pipe gets the answer alone. Colour and progress are for terminals only.
 */
import { stripVTControlCharacters, styleText } from 'node:util'

export type Style = 'good' | 'bad' | 'warn' | 'faint' | 'strong'

export type Terminal = {
  /** Writes a line to stdout. */
  out(text: string): void
  /** Writes a line to stderr. */
  err(text: string): void
  /** Colours a text for stdout, if it shows colours. */
  paint(style: Style, text: string): string
  paintErr(style: Style, text: string): string
  /** Shows that something takes time, on stderr, until it is done. */
  progress(label: string): Progress
  /** What to do when the reader of stdout goes away (`| head`): a command ends, a host goes on. */
  whenBroken(then: () => void): void
}

export type Progress = { update(label: string): void; done(): void }

/** The part of a process's stream that a terminal needs. */
export type Output = Pick<NodeJS.WriteStream, 'write' | 'on'> & { readonly isTTY?: boolean; readonly columns?: number }

const STYLES = { good: 'green', bad: 'red', warn: 'yellow', faint: 'dim', strong: 'bold' } as const
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const SPINNER_MS = 100

export function createTerminal(options: {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}): Terminal {
  const { stdout, stderr, env } = options
  let broken = false
  let breaks = () => {}
  let spinning = false

  const painter = (stream: Output) => {
    const wanted = env['NO_COLOR']
      ? false
      : env['FORCE_COLOR']
        ? env['FORCE_COLOR'] !== '0'
        : stream.isTTY === true && env['TERM'] !== 'dumb'
    return (style: Style, text: string) => (wanted ? styleText(STYLES[style], text, { validateStream: false }) : text)
  }
  const wipe = () => {
    if (spinning) stderr.write('\r\x1b[K')
  }

  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    broken = true
    breaks()
  })
  // With stderr gone there is nobody left to tell.
  stderr.on('error', () => {})

  return {
    out(text) {
      wipe()
      if (!broken) stdout.write(`${text}\n`)
    },
    err(text) {
      wipe()
      stderr.write(`${text}\n`)
    },
    paint: painter(stdout),
    paintErr: painter(stderr),
    progress(first) {
      if (stderr.isTTY !== true) return { update() {}, done() {} }
      let label = first
      let turn = 0
      const draw = () => {
        const text = stripVTControlCharacters(label).slice(0, (stderr.columns ?? 80) - 3)
        stderr.write(`\r\x1b[K${SPINNER[turn++ % SPINNER.length]} ${text}`)
      }
      const timer = setInterval(draw, SPINNER_MS)
      timer.unref()
      spinning = true
      draw()
      return {
        update(next) {
          label = next
        },
        done() {
          clearInterval(timer)
          wipe()
          spinning = false
        },
      }
    },
    whenBroken(then) {
      breaks = then
    },
  }
}
