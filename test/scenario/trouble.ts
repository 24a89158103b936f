/** The system of `fixtures/trouble` on the real host: threads, sockets and a disk. What the scenarios beside this file share. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { ServerFrame } from '../../src/gateway/frames.ts'
import { type Host, type LogLine, startHost } from '../../src/host/index.ts'
import { buildRelease, openRelease, type Release } from '../../src/release/index.ts'

const root = join(import.meta.dirname, '../..')
export const FIXTURE = join(import.meta.dirname, 'fixtures/trouble')
const POLL_MS = 10
const UNTIL_MS_MAX = 20_000

export type Trouble = { readonly release: Release; readonly folder: string }

/** A folder that goes with the test file, and in it the release of a fixture. Types are checked with our own sources. */
export async function builtTrouble(dir = FIXTURE): Promise<Trouble> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-trouble-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const built = await buildRelease({ dir, out: join(folder, 'releases'), typecheck: false })
  if (built.type === 'refused') throw new Error(built.findings.map(({ because }) => because).join('\n'))
  return { release: openRelease(built.path), folder }
}

export type Answered = { readonly status: number; readonly headers: Headers; readonly body: unknown }

export type Serving = {
  readonly host: Host
  readonly url: string
  readonly data: string
  readonly lines: readonly LogLine[]
  /** `path` is `component/key/message`, its parts encoded. */
  post(path: string, input?: unknown, headers?: Record<string, string>): Promise<Answered>
  get(path: string): Promise<Answered>
}

/** Starts a host in this process, and stops it when the test has ended. */
export async function serving(
  t: { after(then: () => Promise<void>): void },
  { release, data, port = 0 }: { release: Release; data: string; port?: number },
): Promise<Serving> {
  const lines: LogLine[] = []
  const host = await startHost({
    release,
    dataFolder: data,
    config: {},
    secrets: {},
    listen: { host: '127.0.0.1', port },
    inspect: null,
    log: (line) => lines.push(line),
  })
  t.after(() => host.stop())
  const { gateways } = await host.status()
  const url = `http://127.0.0.1:${gateways[0]?.port}`
  return {
    host,
    url,
    data,
    lines,
    post: (path, input, headers = {}) =>
      asked(`${url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(input === undefined ? {} : { body: JSON.stringify(input) }),
      }),
    get: (path) => asked(`${url}/${path}`, {}),
  }
}

/** An empty data folder. It goes with the test file, after the hosts of all tests have stopped. */
export function emptyFolder({ folder }: Pick<Trouble, 'folder'>): Promise<string> {
  return mkdtemp(join(folder, 'data-'))
}

export async function asked(url: string, init: RequestInit): Promise<Answered> {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** Status and code of an answer, as `400 INPUT_INVALID`, or the status alone. */
export function told({ status, body }: Pick<Answered, 'status' | 'body'>): string {
  if (typeof body !== 'object' || body === null) return String(status)
  const code = 'error' in body ? (body.error as { code: string }).code : 'code' in body ? body.code : undefined
  return code === undefined ? String(status) : `${status} ${code}`
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startedMs = performance.now()
  while (!(await condition())) {
    if (performance.now() - startedMs > UNTIL_MS_MAX) throw new Error(`waited too long until ${what}`)
    await sleep(POLL_MS)
  }
}

/** A WebSocket client: `call` resolves with the frame that answers it, `events` are what came besides. */
export async function connected(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  const waiting = new Map<unknown, (frame: ServerFrame) => void>()
  const events: ServerFrame[] = []
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as ServerFrame
    const answer = 'id' in frame ? waiting.get(frame.id) : undefined
    if (answer === undefined) events.push(frame)
    else answer(frame)
  })
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)))
  socket.on('error', () => {})
  await once(socket, 'open')
  let next = 1
  return {
    socket,
    events,
    closed,
    call(frame: { type: 'call' | 'attach'; to: string; message?: string; input?: unknown; read?: string }) {
      const id = next++
      return new Promise<ServerFrame>((resolve) => {
        waiting.set(id, resolve)
        socket.send(JSON.stringify({ id, ...frame }))
      })
    },
  }
}

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

/** The command as a process of its own, until it ends. */
export function command(args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    err += text
  })
  const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode, out, err }))
  return { child, ended, said: () => out }
}
