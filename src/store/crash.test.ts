import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkStore } from './check.ts'
import { openDataFolder } from './data-folder.ts'
import { tester } from './store.testing.ts'

const KILLS = Number(process.env['SELFSAME_STORE_KILLS'] ?? 3)
const CHILD = fileURLToPath(new URL('./crash-child.testing.ts', import.meta.url))

/** Runs the child until it has acknowledged so many lines, kills it, and gives all lines that it wrote. */
function killAfter(dataFolder: string, lines: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the child ended by itself: ${text.slice(-200)}`))
      resolve(text.slice(0, text.lastIndexOf('\n')).split('\n'))
    })
  })
}

test('has everything that was acknowledged after being killed under load, each turn whole', async (t) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'selfsame-store-'))
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }))
  const acknowledged = new Map<string, number>()
  for (let kill = 0; kill < KILLS; kill++) {
    for (const line of await killAfter(dataFolder, 500 + 700 * kill)) {
      const [key, revision] = line.split(' ')
      assert.notEqual(key, 'refused')
      acknowledged.set(key ?? '', Number(revision))
    }
    // The lock of the killed process is free at once.
    const opened = openDataFolder({ dataFolder, monotonicMs: () => 0, newStoreId: () => 's' })
    const store = tester(opened.engine)
    let revisions = 0
    for (const [key, told] of acknowledged) {
      const record = store.load({ component: 'auction', key })
      assert.ok(record !== null && record.revision >= told, `${key} is at ${record?.revision}, told ${told}`)
      assert.equal(record.state, JSON.stringify({ revision: record.revision }))
    }
    for (const record of store.call('scan', { component: 'auction', after: null, limit: 1_000 }))
      revisions += record.revision
    // Every turn raised one revision, sent one message and took one number: all of it, or none.
    const { commit, outbox } = store.call('statistics', null)
    assert.deepEqual({ commit, outbox }, { commit: revisions, outbox: revisions })
    opened.close()
    assert.deepEqual(checkStore(join(dataFolder, 'state.db')), [])
  }
})
