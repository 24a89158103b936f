import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTRACT, delivery, testCell, testStore } from '../cell.testing.ts'

const codified = { kind: 'connector', contract: CONTRACT, secrets: ['SMTP_URL'] } as const

/** A connector whose `run` handler has this body. */
function connectorScript(body: string): string {
  return `(require) => { const contract = { name: 'probe', definition: { messages: { make: {}, run: { access: 'public' }, look: { read: true } } } }
    return { default: { kind: 'connector', contract, secrets: ['SMTP_URL'],
      behaviour: { handlers: { make() {}, look() {}, async run(input, turn) { ${body} } } } } } }`
}

test('a connector has all of Node, its secrets, and nothing of the environment', async () => {
  const store = testStore()
  const output: string[] = []
  const script = connectorScript(`console.log('said'); const net = require('node:net'), fs = require('fs')
    return { net: typeof net.connect, fs: typeof fs.readFileSync, secret: turn.secrets.SMTP_URL, env: Object.keys(process.env), late: Date.now() > 1e12 }`)
  const { cell, find } = testCell({
    script,
    codified,
    secrets: { SMTP_URL: 'smtp://x' },
    storePort: store.port,
    output: (line) => output.push(line),
  })
  await cell.ready
  cell.send(delivery(1))
  const { outcome } = await find('answered')
  assert.ok(outcome.type === 'replied')
  assert.deepEqual(JSON.parse(outcome.output ?? ''), {
    net: 'function',
    fs: 'function',
    secret: 'smtp://x',
    env: [],
    late: true,
  })
  await cell.kill()
  assert.match(output.join(''), /said/)
  store.close()
})

test('a connector that holds its thread after real input and output is held', async () => {
  const store = testStore()
  const script = connectorScript("await require('node:timers/promises').setTimeout(20); for (;;);")
  const { cell } = testCell({ script, codified, secrets: {}, storePort: store.port, limits: { holdMs: 300 } })
  await cell.ready
  cell.send(delivery(1))
  assert.equal((await cell.ended).reason, 'held')
  store.close()
})
