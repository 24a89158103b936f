import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.testing.ts'
import type { Cell, CellEnd } from '../cell/index.ts'
import { Supervisor, type SupervisorOptions } from './supervisor.ts'

const DEAD: CellEnd = { reason: 'crashed', suspectTurn: 7, message: 'it fell over', stack: '' }

/** A cell that does what the test says. */
function fakeCell(epoch: number) {
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<CellEnd>()
  const sent: unknown[] = []
  const cell = {
    name: 'auction',
    epoch,
    ready: ready.promise,
    ended: ended.promise,
    send: (item: unknown) => sent.push(item),
    onItems: () => {},
    stop: () => {
      ready.reject(new Error('it was stopped'))
      ended.resolve({ ...DEAD, reason: 'stopped', suspectTurn: null })
      return ended.promise
    },
  }
  ready.promise.catch(() => {})
  return { cell: cell as unknown as Cell, ready, ended, sent }
}

function world(changes: Partial<SupervisorOptions> = {}) {
  const clock = manualClock()
  const cells: ReturnType<typeof fakeCell>[] = []
  const told: string[] = []
  let epochs = 0
  const supervisor = new Supervisor({
    name: 'auction',
    kind: 'component',
    digest: 'd',
    clock,
    openEpoch: async () => ++epochs,
    start(epoch) {
      told.push(`started ${epoch}`)
      const made = fakeCell(epoch)
      cells.push(made)
      return made.cell
    },
    items: () => {},
    serving: (epoch) => told.push(`serving ${epoch}`),
    ended: async ({ suspectTurn }) => void told.push(`ended, turn ${suspectTurn}`),
    log: () => {},
    ...changes,
  })
  const at = (number: number) => {
    const made = cells[number]
    if (made === undefined) throw new Error(`there is no cell ${number}`)
    return made
  }
  return { clock, supervisor, told, at, cells }
}

const settle = () => new Promise((next) => setImmediate(next))

/** Starts it, and has its first cell serve. */
async function serving(supervisor: Supervisor, at: (number: number) => ReturnType<typeof fakeCell>): Promise<void> {
  const starting = supervisor.start()
  await settle()
  at(0).ready.resolve()
  await starting
}

test('a cell that dies is told as ended before the next one starts, at once', async () => {
  const { supervisor, told, at } = world()
  await serving(supervisor, at)
  at(0).ended.resolve(DEAD)
  await settle()
  at(1).ready.resolve()
  await settle()
  assert.deepEqual(told, ['started 1', 'serving 1', 'ended, turn 7', 'started 2', 'serving 2'])
  assert.deepEqual(supervisor.status.state, 'serving')
  assert.equal(supervisor.status.restarts, 1)
  assert.equal(supervisor.status.lastFault, 'crashed: it fell over')
})

test('nothing is sent to a cell that is being replaced', async () => {
  const { supervisor, at } = world()
  const starting = supervisor.start()
  await settle()
  supervisor.send({ type: 'stop' })
  at(0).ready.resolve()
  await starting
  supervisor.send({ type: 'stop' })
  at(0).ended.resolve(DEAD)
  await settle()
  supervisor.send({ type: 'stop' })
  assert.deepEqual([at(0).sent.length, at(1).sent.length], [1, 0])
  assert.equal(supervisor.cell, null)
})

test('a cell that keeps dying is started again with pauses that double, and never given up', async () => {
  const { supervisor, clock, at, cells } = world()
  await serving(supervisor, at)
  const pauses: number[] = []
  for (let death = 0; death < 12; death++) {
    at(death).ended.resolve(DEAD)
    at(death).ready.resolve()
    await settle()
    let pausedMs = 0
    while (cells.length === death + 1) {
      clock.advance(50)
      pausedMs += 50
      await settle()
    }
    at(death + 1).ready.resolve()
    await settle()
    pauses.push(pausedMs)
  }
  assert.deepEqual(pauses.slice(0, 5), [0, 50, 100, 200, 400])
  assert.equal(pauses.at(-1), 10_000)
})

test('a cell that served for long is started again at once, whatever was before', async () => {
  const { supervisor, clock, at, cells } = world()
  const starting = supervisor.start()
  await settle()
  for (let death = 0; death < 3; death++) {
    at(death).ready.resolve()
    await starting
    await settle()
    clock.advance(31_000)
    at(death).ended.resolve(DEAD)
    await settle()
    assert.equal(cells.length, death + 2)
  }
})

test('a start that fails is told to whoever waits for the first one, and tried again later ones', async () => {
  const first = world()
  const refused = assert.rejects(first.supervisor.start(), /no such module/)
  await settle()
  first.at(0).ready.reject(new Error('no such module'))
  await refused

  const { supervisor, clock, at } = world()
  await serving(supervisor, at)
  at(0).ended.resolve(DEAD)
  await settle()
  at(1).ready.reject(new Error('no such module'))
  await settle()
  assert.deepEqual([supervisor.status.state, supervisor.status.lastFault], ['failed', 'no such module'])
  clock.advance(50)
  await settle()
  at(2).ready.resolve()
  await settle()
  assert.equal(supervisor.status.state, 'serving')
})

test('a stop in a pause ends it, and leaves no timer', async () => {
  const { supervisor, clock, at } = world()
  await serving(supervisor, at)
  for (const death of [0, 1]) {
    at(death).ready.resolve()
    await settle()
    at(death).ended.resolve(DEAD)
    await settle()
  }
  assert.equal(clock.pending(), 1)
  await supervisor.stop({ graceMs: 0 })
  assert.equal(clock.pending(), 0)
  assert.equal(supervisor.status.state, 'stopped')
})

test('a stop while the next epoch is opened leaves no cell running', async () => {
  const opening = Promise.withResolvers<number>()
  let opened = 0
  const { supervisor, at } = world({ openEpoch: () => (opened++ === 0 ? Promise.resolve(1) : opening.promise) })
  await serving(supervisor, at)
  at(0).ended.resolve(DEAD)
  await settle()
  const stopped = supervisor.stop({ graceMs: 0 })
  opening.resolve(2)
  await stopped
  assert.equal((await at(1).cell.ended).reason, 'stopped')
})
