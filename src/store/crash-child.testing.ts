/** A process that commits until it is killed, for crash.test.ts. Prints every turn that was acknowledged. */
import { writeSync } from 'node:fs'
import type { CellToStore, StoreToCell } from '../turn/index.ts'
import { startStore } from './index.ts'
import { packedPort } from './packed-port.ts'
import { commitOf } from './store.testing.ts'

const ENTITIES = 50
const WINDOW = 200

const store = await startStore({ dataFolder: process.argv[2] ?? '' })
const { epoch } = await store.call('openEpoch', { component: 'auction' })
const cell = packedPort<CellToStore, StoreToCell>(store.connectCell('auction'))
const revisions: number[] = []
for (let n = 0; n < ENTITIES; n++) {
  revisions.push((await store.call('get', { component: 'auction', key: `${n}` }))?.revision ?? 0)
}
let turn = 0

function commits(count: number): CellToStore[] {
  return Array.from({ length: count }, () => {
    turn += 1
    const key = turn % ENTITIES
    const base = revisions[key] ?? 0
    revisions[key] = base + 1
    const to = { component: 'auction', key: `${key}` }
    const sends = [{ to, message: 'echo', input: JSON.stringify({ revision: base + 1 }), continuation: null }]
    return {
      type: 'commit',
      commit: commitOf({ epoch, turn, to, base, change: JSON.stringify({ revision: base + 1 }), sends }),
    }
  })
}

store.onVerdicts((verdicts) => {
  const told = verdicts.map((v) => (v.type === 'committed' ? `${v.to.key} ${v.revision}` : `refused ${v.because}`))
  // Written at once, so that what the parent has read was acknowledged before the kill.
  writeSync(1, `${told.join('\n')}\n`)
  cell.postMessage(commits(verdicts.length))
})
cell.postMessage(commits(WINDOW))
