import assert from 'node:assert/strict'
import { Session } from 'node:inspector'
import { test } from 'node:test'
import { delivery, probeScript, testCell, testStore } from './cell.testing.ts'

type Frame = { readonly location: { readonly scriptId: string; readonly lineNumber: number } }
type Message = {
  readonly method?: string
  readonly params?: { readonly scriptId?: string; readonly url?: string; readonly callFrames?: readonly Frame[] }
}
type Send = (method: string, params?: object) => void

/** A debugger as an editor attaches it: through the process, to every worker. */
function debuggerOfWorkers(seen: (message: Message, send: Send) => void): Promise<Session> {
  const session = new Session()
  session.connect()
  let last = 0
  const sender = (sessionId: string): Send => {
    return (method, params = {}) => {
      const message = JSON.stringify({ id: ++last, method, params })
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    }
  }
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
    const send = sender(sessionId)
    send('Debugger.enable')
    send('Debugger.setBreakpointByUrl', { url: 'cell:probe', lineNumber: 1 })
    send('Runtime.runIfWaitingForDebugger')
  })
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    seen(JSON.parse(message), sender(sessionId))
  })
  return new Promise((resolve, reject) => {
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: true }, (error) => {
      if (error) reject(error)
      else resolve(session)
    })
  })
}

test('a breakpoint in a cell is hit, and the watchdog lets it be', async () => {
  const scripts = new Map<string, string>()
  const paused = Promise.withResolvers<string>()
  const session = await debuggerOfWorkers(({ method, params }, send) => {
    if (method === 'Debugger.scriptParsed') scripts.set(params?.scriptId ?? '', params?.url ?? '')
    if (method !== 'Debugger.paused') return
    const at = params?.callFrames?.[0]?.location
    const script = scripts.get(at?.scriptId ?? '')
    // A worker that waited for its debugger pauses once before its own first line.
    if (script !== 'cell:probe') return send('Debugger.resume')
    paused.resolve(`${script}:${at?.lineNumber}`)
    // Longer than the limit of the watchdog below.
    setTimeout(() => send('Debugger.resume'), 400)
  })
  const store = testStore()
  // The handler's body stands on a line of its own: number 1, counted from 0.
  const script = probeScript({ run: "\nreturn 'went on'" })
  const limits = { holdMs: 100, startMs: 100 }
  const { cell, find } = testCell({ script, storePort: store.port, inspect: true, limits })
  try {
    await cell.ready
    cell.send(delivery(1))
    assert.equal(await paused.promise, 'cell:probe:1')
    assert.deepEqual((await find('answered')).outcome, { type: 'replied', output: '"went on"' })
  } finally {
    await cell.kill()
    session.disconnect()
    store.close()
  }
})
