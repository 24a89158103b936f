/** Whether a script of the build evaluates to a system, without anything of Node. Asked in a throw-away worker. */
import { Worker } from 'node:worker_threads'
import { EVALUATION_MS_MAX } from './evaluate.ts'

export function loads(script: string): Promise<boolean> {
  const code = `
    const { parentPort } = require('node:worker_threads')
    const none = (name) => { throw new Error('no ' + name) }
    parentPort.postMessage((${script})(none).default?.kind === 'system')`
  const worker = new Worker(code, { eval: true, env: {}, argv: [], execArgv: [], stdout: true, stderr: true })
  return new Promise((done) => {
    const timer = setTimeout(() => end(false), EVALUATION_MS_MAX)
    const end = (loaded: boolean): void => {
      clearTimeout(timer)
      void worker.terminate()
      done(loaded)
    }
    worker.on('message', (loaded: boolean) => end(loaded))
    worker.on('error', () => end(false))
    worker.on('exit', () => end(false))
  })
}
