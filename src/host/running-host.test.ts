import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunningHost } from './running-host.ts'

/** A host with one cell, as far as questions to its cells need one. */
function hostWith(state: string) {
  const supervisors = [{ status: { name: 'auction', state }, cell: null }]
  const store = { terminated: new Promise(() => {}) }
  return new RunningHost({ supervisors, store } as unknown as ConstructorParameters<typeof RunningHost>[0])
}
const options = { kind: 'cpu', durationMs: 1, path: '/nowhere/profile' } as const

test('a cell that does not serve has no profile, and is said to be in what state', async () => {
  await assert.rejects(hostWith('replacing').profile('auction', options), {
    code: 'CELL_NOT_SERVING',
    message: /'auction' is replacing/,
  })
})

test('a cell that is not there is refused with the nearest name', async () => {
  await assert.rejects(hostWith('serving').profile('auktion', options), {
    code: 'CELL_UNKNOWN',
    message: /Did you mean 'auction'/,
  })
})

test('a component that is not hardened is a debt that the status names', async () => {
  const contracted = [
    { kind: 'component', contract: { name: 'auction' }, hardened: true },
    { kind: 'component', contract: { name: 'legacy' }, hardened: false },
    { kind: 'connector', contract: { name: 'mail' } },
  ]
  const parts = {
    supervisors: [],
    contracted,
    gateways: [],
    dataFolder: '/data',
    release: { manifest: { system: 'house' } },
    router: { status: () => ({ components: {} }) },
    store: { terminated: new Promise(() => {}), call: async (name: string) => (name === 'generations' ? [{}] : {}) },
  }
  const host = new RunningHost(parts as unknown as ConstructorParameters<typeof RunningHost>[0])
  const { debts, state } = await host.status()
  assert.deepEqual(debts, ["legacy is not hardened: its code may change the language's own objects"])
  assert.equal(state, 'serving')
})
