/** The host with `--inspect`, and a debugger that is connected to it as an editor is: over the inspector's WebSocket. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { generatedPositionFor, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { WebSocket } from 'ws'
import { HOLD_LIMIT_MS } from '../../src/cell/watchdog.ts'

const root = join(import.meta.dirname, '../..')
const PROJECT = join(root, 'bench/turns')
const SOURCE = 'counter/component.ts'
const STATEMENT = 'state.total += amount'

type Location = { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
type Frame = {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: Location
}
type Message = {
  readonly id?: number
  readonly method?: string
  readonly params?: {
    readonly sessionId: string
    readonly message: string
    readonly scriptId: string
    readonly url: string
    readonly sourceMapURL?: string
    readonly callFrames: readonly Frame[]
  }
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly breakpointId?: string }
}
type Params = NonNullable<Message['params']>

/** The host in a process of its own. */
async function inspected(t: TestContext, inspect: string) {
  const data = await mkdtemp(join(tmpdir(), 'selfsame-inspect-'))
  t.after(() => rm(data, { recursive: true, force: true }))
  const args = ['src/cli/main.ts', 'run', PROJECT, '--data', data, '--port', '0', `--inspect=${inspect}`, '--json']
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const debuggerUrl = new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const url = /^Debugger listening on (ws:\S+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, exited, said: JSON.parse(line), debuggerUrl }
}

/** A debugger of all cells. `cell` waits for a script named `cell:<name>`, and talks to the thread that it is in. */
async function debuggerAt(t: TestContext, url: string) {
  const socket = new WebSocket(url)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  let last = 0
  const answers = new Map<number, (message: Message) => void>()
  const scripts = new Map<string, (script: Params & { sessionId: string }) => void>()
  const paused = new Map<string, (params: Params) => void>()
  const post = (method: string, params: object = {}) => {
    last++
    const id = last
    socket.send(JSON.stringify({ id, method, params }))
    return id
  }
  const ask = (sessionId: string, method: string, params: object = {}) => {
    last++
    const message = JSON.stringify({ id: last, method, params })
    const answered = new Promise<Message>((resolve) => answers.set(last, resolve))
    post('NodeWorker.sendMessageToWorker', { sessionId, message })
    return answered
  }
  const fromWorker = (sessionId: string, { id, method, params }: Message, message: Message) => {
    if (id !== undefined) answers.get(id)?.(message)
    if (params === undefined) return
    if (method === 'Debugger.scriptParsed') scripts.get(params.url)?.({ ...params, sessionId })
    if (method === 'Debugger.paused') paused.get(sessionId)?.(params)
  }
  socket.on('message', (data) => {
    const { method, params }: Message = JSON.parse(String(data))
    if (params === undefined) return
    const { sessionId } = params
    if (method === 'NodeWorker.attachedToWorker') void ask(sessionId, 'Debugger.enable')
    if (method === 'NodeWorker.receivedMessageFromWorker') {
      const message: Message = JSON.parse(params.message)
      fromWorker(sessionId, message, message)
    }
  })
  return {
    async cell(name: string) {
      const parsed = new Promise<Params & { sessionId: string }>((resolve) => scripts.set(`cell:${name}`, resolve))
      post('NodeWorker.enable', { waitForDebuggerOnStart: false })
      const script = await parsed
      const { sessionId } = script
      return {
        script,
        ask: (method: string, params?: object) => ask(sessionId, method, params),
        paused: new Promise<Params>((resolve) => paused.set(sessionId, resolve)),
      }
    },
  }
}

/** The source map that the script carries, as a data URL. */
async function mapOf({ sourceMapURL = '' }: Params): Promise<TraceMap> {
  return new TraceMap(await (await fetch(sourceMapURL)).text())
}

test('a breakpoint in the source of a component is hit in the running host, and its turn goes on afterwards', {
  timeout: 30_000,
}, async (t) => {
  const { child, exited, said, debuggerUrl } = await inspected(t, '0')
  const { port } = said.gateways[0]
  const cell = await (await debuggerAt(t, await debuggerUrl)).cell('counter')

  const lines = (await readFile(join(PROJECT, SOURCE), 'utf8')).split('\n')
  const line = lines.findIndex((text) => text.includes(STATEMENT)) + 1
  const column = (lines[line - 1] ?? '').indexOf(STATEMENT)
  const map = await mapOf(cell.script)
  const source = map.sources.find((name) => name?.endsWith(SOURCE)) ?? ''
  const place = generatedPositionFor(map, { source, line, column })
  assert.ok(place.line !== null, `${source}:${line} is in the script`)
  const { scriptId } = cell.script
  const location = { scriptId, lineNumber: place.line - 1, columnNumber: place.column }
  assert.ok((await cell.ask('Debugger.setBreakpoint', { location })).result?.breakpointId)

  let replied = false
  const reply = fetch(`http://127.0.0.1:${port}/counter/a/add`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"amount":5}',
  }).finally(() => {
    replied = true
  })
  const { callFrames } = await cell.paused
  const top = callFrames[0]
  assert.ok(top !== undefined)
  const at = originalPositionFor(map, { line: top.location.lineNumber + 1, column: top.location.columnNumber })
  assert.deepEqual([top.functionName, at.source, at.line], ['add', source, line])
  const seen = await cell.ask('Debugger.evaluateOnCallFrame', {
    callFrameId: top.callFrameId,
    expression: 'amount',
  })
  assert.equal(seen.result?.result?.value, 5)

  // Longer than a thread may be held without a debugger.
  await sleep(HOLD_LIMIT_MS * 2)
  assert.equal(replied, false)
  await cell.ask('Debugger.resume')
  const response = await reply
  assert.deepEqual([response.status, await response.json()], [200, { total: 5 }])

  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null], 'a debugger that is still connected does not keep the host')
})

test('a debugger’s port that is taken is refused by a code of its own', { timeout: 30_000 }, async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(address !== null && typeof address !== 'string')
  const { exited, said } = await inspected(t, String(address.port))
  assert.equal(said.error.code, 'INSPECTOR_UNAVAILABLE')
  assert.deepEqual(await exited, [1, null])
})
