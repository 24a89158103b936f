/** The house and its load as real processes: started, killed, asked. Shared by the demo and by the tests that kill. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../../..')
const START_MS_MAX = 30_000
const LOG_CHARACTERS_KEPT = 16_000

/** A port that was free a moment ago, so that a house can come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port was given')
  return address.port
}

export type House = {
  readonly process: ChildProcess
  readonly url: string
  /** Milliseconds from the start of the process to its saying that it serves. */
  readonly bootMs: number
  /** The end of its log, a line each. */
  log(): string
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** @param release a release folder, or a project folder, which is then built first. */
export async function startHouse(options: {
  release: string
  data: string
  port: number
  smtpUrl?: string
}): Promise<House> {
  const startedMs = performance.now()
  const { release, data, port, smtpUrl = process.env['SMTP_URL'] ?? 'discard:' } = options
  const child = spawn(
    process.execPath,
    [
      join(root, 'src/cli/main.ts'),
      'run',
      release,
      ...['--data', data, '--host', '127.0.0.1', '--port', String(port), '--json'],
      ...['--config', join(root, 'examples/auction/config.json')],
    ],
    { env: { ...process.env, SMTP_URL: smtpUrl }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stderr?.on('data', (text) => {
    said = (said + text).slice(-LOG_CHARACTERS_KEPT)
  })
  const exited = once(child, 'exit')
  await new Promise<void>((serving, failed) => {
    const timer = setTimeout(
      () => failed(new Error(`the house did not start in ${START_MS_MAX} ms: ${said}`)),
      START_MS_MAX,
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.includes('"serving"')) return
      clearTimeout(timer)
      serving()
    })
    void exited.then(() => failed(new Error(`the house ended before it served: ${said}`)))
  })
  return {
    process: child,
    url: `http://127.0.0.1:${port}`,
    bootMs: performance.now() - startedMs,
    log: () => said,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
      return child.exitCode
    },
  }
}

export type LoadReport = {
  readonly counts: Readonly<Record<string, number>>
  readonly broken: readonly string[]
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly worst: number }
}

export type Load = {
  counts(): Promise<{ counts: Readonly<Record<string, number>>; broken: readonly string[] }>
  /** Lets every call get its answer, audits the house, and reports. */
  finish(): Promise<LoadReport>
  kill(): void
}

export function startLoad(options: { url: string; bidders: number; lots: number; pauseMs: number }): Load {
  const child = spawn(
    process.execPath,
    [
      join(root, 'examples/auction/load/main.ts'),
      ...['--url', options.url, '--bidders', String(options.bidders), '--lots', String(options.lots)],
      ...['--pause-ms', String(options.pauseMs), '--json'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  )
  let report: LoadReport | undefined
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  lines.on('line', (line) => {
    const said = JSON.parse(line)
    if (said.type === 'report') report = said
  })
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')])
  return {
    async counts() {
      const answer = once(child, 'message')
      child.send('counts')
      return (await answer)[0] as { counts: Record<string, number>; broken: string[] }
    },
    async finish() {
      child.send('stop')
      await ended
      if (!report) throw new Error('the load ended without a report')
      return report
    },
    kill: () => child.kill('SIGKILL'),
  }
}
