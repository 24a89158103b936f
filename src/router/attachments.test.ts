/** Connections that follow an entity: an answer, then every event after it, once and in order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address } from '../turn/index.ts'
import { ADA, ANN, LOT, ScriptedWorld, said } from './scripted-world.testing.ts'

const LOBBY: Address = { component: 'lobby', key: 'main' }
const STANDING = { message: 'standing', input: null }

function attach(world: ScriptedWorld, to: Address, read: { message: string; input: null } | null, connection = 'c1') {
  const seen: number[] = []
  const attached = { seen, answer: '-', sequence: -1 }
  void world.router
    .attach({ connection, to, caller: ADA, read, onEvent: ({ sequence }) => seen.push(sequence) })
    .then(({ answer, sequence }) => Object.assign(attached, { answer: said(answer), sequence }))
  return attached
}

/** A turn that publishes `count` events. */
async function publish(world: ScriptedWorld, count: number, change?: 'destroy'): Promise<void> {
  world.ask(LOT, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const events = Array.from({ length: count }, () => ({ event: 'highest', data: '{}' }))
  cell.commit(cell.take('poke'), { events, ...(change === undefined ? {} : { change: { type: change } }) })
  await world.settle()
}

test('events after the read follow, those before it do not, and those meanwhile once', async () => {
  const world = await ScriptedWorld.start()
  await publish(world, 2)
  const attached = attach(world, LOT, STANDING)
  await world.settle()
  const cell = world.cell('auction')
  const read = cell.take('standing')
  await publish(world, 1)
  cell.answer(read, '"as of 2"', 2)
  await world.settle()
  await publish(world, 2)
  assert.deepEqual(attached, { seen: [3, 4, 5], answer: 'replied "as of 2"', sequence: 2 })
  world.router.detach('c1', LOT)
  await publish(world, 1)
  assert.equal(attached.seen.length, 3)
  assert.equal(world.router.status().attachments, 0)
})

test('without a read the number comes from the store', async () => {
  const world = await ScriptedWorld.start()
  const nobody = attach(world, LOT, null)
  await world.settle()
  assert.equal(nobody.answer, 'failed NOT_FOUND')
  await publish(world, 2)
  const attached = attach(world, LOT, null)
  await world.settle()
  await publish(world, 1)
  assert.deepEqual([attached.sequence, attached.seen, nobody.seen], [2, [3], []])
})

test('an entity that is made anew under the read is read again', async () => {
  const world = await ScriptedWorld.start()
  await publish(world, 5)
  const attached = attach(world, LOT, STANDING)
  await world.settle()
  const cell = world.cell('auction')
  const old = cell.take('standing')
  await publish(world, 0, 'destroy')
  await publish(world, 2)
  cell.answer(old, '"of the old one"', 5)
  await world.settle()
  cell.answer(cell.take('standing'), '"of the new one"', 2)
  await publish(world, 1)
  assert.deepEqual(attached, { seen: [3], answer: 'replied "of the new one"', sequence: 2 })
})

test('more events under a read than are kept make it read again', async () => {
  const world = await ScriptedWorld.start({ limits: { eventsHeld: 1 } })
  await publish(world, 1)
  const attached = attach(world, LOT, STANDING)
  await world.settle()
  const cell = world.cell('auction')
  const old = cell.take('standing')
  await publish(world, 3)
  cell.answer(old, null, 1)
  await world.settle()
  cell.answer(cell.take('standing'), null, 4)
  await publish(world, 1)
  assert.deepEqual(attached, { seen: [5], answer: 'replied null', sequence: 4 })
})

test('the attached handler runs before the read, the detached one once for it', async () => {
  const world = await ScriptedWorld.start()
  const attached = attach(world, LOBBY, { message: 'guests', input: null })
  await world.settle()
  const cell = world.cell('lobby')
  const arrival = cell.take('attached')
  assert.deepEqual([arrival.caller.connection, cell.deliveries.length], ['c1', 0])
  cell.commit(arrival)
  await world.settle()
  cell.answer(cell.take('guests'), '1')
  await world.settle()
  assert.equal(attached.answer, 'replied 1')
  world.router.disconnect('c1')
  world.router.disconnect('c1')
  await world.settle()
  cell.commit(cell.take('detached'))
  await world.settle()
  assert.equal(cell.deliveries.length, 0)
})

test('who leaves while the attached handler runs is followed by the detached one', async () => {
  const world = await ScriptedWorld.start()
  attach(world, LOBBY, null)
  await world.settle()
  const cell = world.cell('lobby')
  const arrival = cell.take('attached')
  world.router.disconnect('c1')
  await world.settle()
  assert.equal(cell.deliveries.length, 0)
  cell.commit(arrival)
  await world.settle()
  cell.take('detached')
})

test('what cannot be attached to leaves nothing behind', async () => {
  const world = await ScriptedWorld.start({ limits: { attachments: 1 } })
  const [lobby, ledger] = [attach(world, LOBBY, null), attach(world, ANN, { message: 'poke', input: null })]
  const [mail, unknown] = [
    attach(world, { component: 'mail', key: 'a' }, null),
    attach(world, { component: 'x', key: 'a' }, null),
  ]
  await world.settle()
  const cell = world.cell('lobby')
  assert.deepEqual(
    [ledger.answer, mail.answer, unknown.answer],
    ['failed MESSAGE_UNKNOWN', 'failed NOT_FOUND', 'failed COMPONENT_UNKNOWN'],
  )
  const second = attach(world, LOT, null)
  await world.settle()
  assert.equal(second.answer, 'failed OVERLOADED')
  cell.fault(cell.take('attached'))
  await world.settle()
  assert.equal(lobby.answer, 'failed HANDLER_FAILED')
  assert.equal(world.router.status().attachments, 0)
  assert.equal(cell.deliveries.length, 0, 'nothing to take leave of')
})
