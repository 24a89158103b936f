/** Rows of the outbox and timers: order, pauses, the end of what cannot be delivered, and time that jumps. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../store/index.ts'
import type { Send } from '../turn/index.ts'
import { ANN, LOT, ScriptedWorld, told } from './scripted-world.testing.ts'

const hold = (amount: number, continuation: Send['continuation'] = null): Send => ({
  to: ANN,
  message: 'hold',
  input: `{"amount":${amount}}`,
  continuation,
})

/** A turn of the auction that sends. */
async function send(world: ScriptedWorld, ...sends: readonly Send[]): Promise<void> {
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  world.cell('auction').commit(world.cell('auction').take('poke'), { sends })
  await world.settle()
  assert.equal(told(asked), 'replied null')
}

const letters = (world: ScriptedWorld) => world.until(world.store.call('deadLetters', { after: 0, limit: 100 }))

test('the next message of a sender flies when the one before has announced its commit', async () => {
  const world = await ScriptedWorld.start()
  await send(world, hold(1), hold(2))
  world.ask(ANN, 'poke')
  await world.settle()
  const ledger = world.cell('ledger')
  const first = ledger.take('hold')
  assert.deepEqual([first.input, first.caller.identity], ['{"amount":1}', 'auction/lot'])
  ledger.answer(ledger.take('poke'))
  assert.equal(ledger.deliveries.length, 0, 'others do not wait')
  ledger.say({ type: 'committing', turn: first.turn })
  await world.settle()
  assert.equal(ledger.take('hold').input, '{"amount":2}')
})

test('a message that faults is tried again with growing pauses, and those behind it wait', async () => {
  const world = await ScriptedWorld.start()
  await send(world, hold(1), hold(2))
  const ledger = world.cell('ledger')
  for (const pauseMs of [100, 200, 400]) {
    ledger.fault(ledger.take('hold'))
    await world.pass(pauseMs - 1)
    assert.equal(ledger.deliveries.length, 0)
    await world.pass(1)
    assert.equal(ledger.deliveries[0]?.input, '{"amount":1}')
  }
  ledger.commit(ledger.take('hold'))
  await world.settle()
  assert.equal(ledger.take('hold').input, '{"amount":2}')
})

test('what an attempt had fetched before it faulted is fetched anew', async () => {
  const response = { url: 'https://x/', status: 503, statusText: '', headers: [], body: '' }
  const world = await ScriptedWorld.start({ fetch: async () => response })
  await send(world, hold(1))
  const ledger = world.cell('ledger')
  const turn = ledger.take('hold')
  const request = { url: 'https://x/', method: 'GET', headers: [], body: null }
  ledger.say({ type: 'fetch', turn: turn.turn, call: 0, request })
  await world.settle()
  ledger.fault(turn)
  await world.pass(100)
  const again = ledger.take('hold')
  assert.deepEqual([again.recorded, again.seed], [[], turn.seed])
})

test('after its last attempt a message is a dead letter, and its sender is told', async () => {
  const world = await ScriptedWorld.start({ limits: { attempts: 2 } })
  await send(world, hold(1, { then: 'poke', otherwise: 'close', with: '{"of":1}' }))
  const ledger = world.cell('ledger')
  ledger.fault(ledger.take('hold'), 'STATE_INVALID')
  await world.pass(100)
  ledger.fault(ledger.take('hold'), 'STATE_INVALID')
  await world.settle()
  const [letter] = await letters(world)
  assert.deepEqual([letter?.code, letter?.attempts], ['STATE_INVALID', 2])
  const told = world.cell('auction').take('close')
  assert.deepEqual([told.input, told.result], ['{"of":1}', '{"code":"UNDELIVERED","data":{}}'])
  assert.equal(await world.until(world.router.retryDeadLetter(letter?.id ?? 0)), true)
  await world.settle()
  ledger.commit(ledger.take('hold'))
  await world.settle()
  assert.equal(await world.until(world.router.retryDeadLetter(letter?.id ?? 0)), false)
})

test('a message to no entity ends with NOT_FOUND, and is no dead letter', async () => {
  const world = await ScriptedWorld.start()
  await send(world, hold(1, { then: null, otherwise: 'close', with: null }))
  const ledger = world.cell('ledger')
  ledger.missing(ledger.take('hold'))
  await world.settle()
  assert.equal(world.cell('auction').take('close').result, '{"code":"NOT_FOUND","data":{}}')
  assert.deepEqual(await letters(world), [])
})

test('what does not fit its receiver is buried before it is run', async () => {
  const world = await ScriptedWorld.start()
  const to = (component: string, key: string, message: string): Send => ({
    ...hold(1),
    to: { component, key },
    message,
  })
  await send(
    world,
    { ...hold(1), input: '{"amount":"1"}' },
    to('ledger', 'ann', 'hodl'),
    to('ledger', 'ann', 'balance'),
    to('ledgre', 'ann', 'hold'),
    to('ledger', '9', 'hold'),
    to('auction', 'other', 'close'),
    { ...to('auction', 'lot', 'close'), input: null },
  )
  const codes = (await letters(world)).map(({ code }) => code)
  const expected = ['INPUT_INVALID', 'MESSAGE_UNKNOWN', 'MESSAGE_UNKNOWN', 'COMPONENT_UNKNOWN', 'KEY_INVALID']
  assert.deepEqual(codes, [...expected, 'MESSAGE_NOT_PUBLIC'])
  assert.equal(world.cell('ledger').deliveries.length, 0)
  assert.equal(world.cell('auction').take('close').to.key, 'lot', 'an entity may send anything to itself')
})

test('a commit that the disk refuses is tried again, before those behind it', async () => {
  let fails = true
  const world = await ScriptedWorld.start({
    fails: (item) => item.type === 'commit' && item.commit.message === 'hold' && fails,
  })
  await send(world, hold(1), hold(2))
  const ledger = world.cell('ledger')
  ledger.say({ type: 'committing', turn: ledger.deliveries[0]?.turn ?? 0 })
  await world.settle()
  const [first, second] = [ledger.take('hold'), ledger.take('hold')]
  ledger.commit(first)
  ledger.commit(second)
  await world.settle()
  fails = false
  ledger.at('ann', 0)
  assert.equal(ledger.deliveries.length, 0)
  await world.pass(100)
  const again = ledger.take('hold')
  assert.equal(again.input, '{"amount":1}')
  ledger.commit(again)
  await world.settle()
  ledger.commit(ledger.take('hold'))
  await world.settle()
  assert.equal(world.router.status().outboxRowsHeld, 0)
})

test('a timer fires once, when its time has come, also if the clock jumps', async () => {
  const world = await ScriptedWorld.start()
  const set = async (name: string, inMs: number) => {
    world.ask(LOT, 'poke')
    await world.settle()
    const cell = world.cell('auction')
    const dueMs = world.clock.nowMs() + inMs
    cell.commit(cell.take('poke'), { timers: [{ type: 'set', name, dueMs, message: 'close', input: null }] })
    await world.settle()
  }
  const cell = world.cell('auction')
  const fired = async () => {
    const turns = cell.deliveries.splice(0)
    for (const turn of turns) cell.commit(turn)
    await world.settle()
    return turns.map(({ cause }) => (cause.type === 'timer' ? cause.name : cause.type))
  }
  await set('plain', 5_000)
  await world.pass(4_999)
  assert.deepEqual(await fired(), [])
  await world.pass(1)
  assert.deepEqual(await fired(), ['plain'])
  await set('forward', 3_600_000)
  world.clock.jump(3_600_000)
  await world.pass(1_000)
  assert.deepEqual(await fired(), ['forward'])
  await set('back', 5_000)
  world.clock.jump(-3_600_000)
  await world.pass(5_000)
  assert.deepEqual(await fired(), [], 'its time has not come yet')
  world.clock.jump(3_600_000)
  await world.pass(1_000)
  assert.deepEqual(await fired(), ['back'])
  await world.pass(100_000)
  assert.deepEqual(await fired(), [])
})

test('a timer that faults is tried again, and becomes a dead letter', async () => {
  const world = await ScriptedWorld.start({ limits: { attempts: 2 } })
  world.ask(LOT, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const dueMs = world.clock.nowMs() + 10
  cell.commit(cell.take('poke'), { timers: [{ type: 'set', name: 't', dueMs, message: 'close', input: null }] })
  await world.pass(10)
  cell.fault(cell.take('close'))
  await world.pass(5_000)
  cell.fault(cell.take('close'))
  await world.settle()
  assert.deepEqual(
    (await letters(world)).map(({ cause, code }) => [cause, code]),
    [['timer', 'HANDLER_FAILED']],
  )
  assert.equal(await world.until(world.router.retryDeadLetter((await letters(world))[0]?.id ?? 0)), true)
  await world.settle()
  cell.commit(cell.take('close'))
  await world.pass(60_000)
  assert.equal(cell.deliveries.length, 0)
})

test('schedules that fire are delivered', async () => {
  const world = await ScriptedWorld.start()
  const schedule = { name: 'nightly', everyMs: 10_000, to: ANN, message: 'hold', input: '{"amount":1}' }
  await world.until(world.store.call('schedules', { nowMs: world.clock.nowMs(), schedules: [schedule] }))
  await world.until(world.router.start())
  await world.pass(10_000)
  const ledger = world.cell('ledger')
  const turn = ledger.take('hold')
  assert.equal(turn.caller.identity, 'schedule:nightly')
  ledger.commit(turn)
  await world.pass(10_000)
  assert.equal(ledger.deliveries.length, 1)
})

test('a schedule is not put off by a clock that is set back', async () => {
  const world = await ScriptedWorld.start()
  const schedule = { name: 'often', everyMs: 10_000, to: ANN, message: 'hold', input: '{"amount":1}' }
  await world.until(world.store.call('schedules', { nowMs: world.clock.nowMs(), schedules: [schedule] }))
  await world.until(world.router.start())
  world.clock.jump(-3_600_000)
  await world.pass(12_000)
  assert.equal(world.cell('ledger').deliveries.length, 1)
})

test('while there is no room for dead letters, what should be one waits in the outbox', async () => {
  const limits = { deadLettersMax: 1 }
  const store = openStore({ path: ':memory:', monotonicMs: () => 0, newStoreId: () => 'store', limits })
  const world = await ScriptedWorld.start({ store })
  await send(world, { ...hold(1), message: 'hodl' }, { ...hold(2), message: 'hodl' })
  const [letter] = await letters(world)
  assert.equal((await letters(world)).length, 1)
  assert.equal(world.router.status().outboxRowsHeld, 1)
  await world.until(world.store.call('discardDeadLetter', { id: letter?.id ?? 0 }))
  await world.pass(10_000)
  assert.equal((await letters(world))[0]?.input, '{"amount":2}')
  assert.equal(world.router.status().outboxRowsHeld, 0)
})
