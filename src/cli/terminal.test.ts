import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTerminal, type Output } from './terminal.ts'

function screen(options: { tty: boolean; env?: Record<string, string> }) {
  const written = { out: '', err: '' }
  let fail: (error: NodeJS.ErrnoException) => void = () => {}
  const stream = (name: 'out' | 'err') => {
    const self = {
      isTTY: options.tty,
      columns: 20,
      write: (text: string) => {
        written[name] += text
        return true
      },
      on: (_event: string, listener: typeof fail) => {
        if (name === 'out') fail = listener
        return self
      },
    }
    return self as unknown as Output
  }
  const terminal = createTerminal({ stdout: stream('out'), stderr: stream('err'), env: options.env ?? {} })
  return { terminal, written, fail: (code: string) => fail(Object.assign(new Error(code), { code })) }
}

test('colour is for terminals, and NO_COLOR, FORCE_COLOR and a dumb terminal are heard', () => {
  const coloured = (options: Parameters<typeof screen>[0]) => screen(options).terminal.paint('bad', 'x') !== 'x'
  assert.equal(coloured({ tty: true }), true)
  assert.equal(coloured({ tty: false }), false)
  assert.equal(coloured({ tty: true, env: { NO_COLOR: '1' } }), false)
  assert.equal(coloured({ tty: true, env: { NO_COLOR: '' } }), true)
  assert.equal(coloured({ tty: true, env: { TERM: 'dumb' } }), false)
  assert.equal(coloured({ tty: false, env: { FORCE_COLOR: '1' } }), true)
})

test('progress is for terminals, fits into a line, and leaves no trace', () => {
  const { terminal, written } = screen({ tty: true })
  const progress = terminal.progress('a label that is longer than the terminal')
  terminal.out('answer')
  progress.done()
  terminal.err('after')
  assert.equal(written.out, 'answer\n')
  assert.equal(written.err, '\r\x1b[K⠋ a label that is l\r\x1b[K\r\x1b[Kafter\n')

  const piped = screen({ tty: false })
  piped.terminal.progress('label').done()
  assert.equal(piped.written.err, '')
})

test('when the reader goes away, the command is told once and nothing more is written', () => {
  const { terminal, written, fail } = screen({ tty: false })
  let told = 0
  terminal.whenBroken(() => told++)
  fail('EPIPE')
  terminal.out('more')
  assert.deepEqual([told, written.out], [1, ''])
  assert.throws(() => fail('EIO'), { code: 'EIO' })
})
