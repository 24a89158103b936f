/** When answers leave, and what becomes of works whose commit was refused or whose turn takes too long. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, LOT, ScriptedWorld, said, told } from './scripted-world.testing.ts'

test('a reply leaves when its turn is committed, not before', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'open')
  await world.settle()
  const cell = world.cell('auction')
  const turn = cell.take('open')
  cell.say({ type: 'committing', turn: turn.turn })
  await world.settle()
  assert.equal(told(asked), '-')
  cell.commit(turn, { outcome: { type: 'replied', output: '1' } })
  await world.settle()
  assert.equal(told(asked), 'replied 1')
})

test('a report waits for the commit that it rests on, and falls with it', async () => {
  const world = await ScriptedWorld.start()
  const [opened, looked, poked] = [world.ask(LOT, 'open'), world.ask(LOT, 'standing'), world.ask(LOT, 'poke')]
  await world.settle()
  const cell = world.cell('auction')
  const [turn, read, poke] = [cell.take('open'), cell.take('standing'), cell.take('poke')]
  cell.say({ type: 'committing', turn: turn.turn })
  cell.answer(read, '"after"')
  cell.answer(poke, '"after"')
  await world.settle()
  assert.deepEqual([told(looked), told(poked)], ['-', '-'])
  cell.commit(turn, { base: 7 })
  await world.settle()
  assert.deepEqual([told(opened), told(looked), told(poked)], ['-', '-', '-'], 'nothing of it was true')
  cell.at('lot', 0)
  const again = cell.take('open')
  assert.ok(again.lease > turn.lease && again.turn > poke.turn)
  assert.equal(again.seed, turn.seed, 'and it takes the same decisions')
  cell.answer(poke, '"too late"')
  cell.commit(again)
  cell.answer(cell.take('standing'), '"now"')
  cell.answer(cell.take('poke'), '"now"')
  await world.settle()
  assert.deepEqual([told(opened), told(looked), told(poked)], ['replied null', 'replied "now"', 'replied "now"'])
})

test('a refused commit takes all that flew behind it with it, in order', async () => {
  const world = await ScriptedWorld.start()
  const cell = world.cell('auction')
  const asked = [1, 2, 3].map((amount) => world.ask(LOT, 'bid', { input: { amount } }))
  await world.settle()
  const first = [cell.take('bid'), cell.take('bid'), cell.take('bid')]
  for (const [at, turn] of first.entries()) cell.commit(turn, { base: 5 + at })
  await world.settle()
  cell.at('lot', 0)
  const again = [cell.take('bid'), cell.take('bid'), cell.take('bid')]
  assert.deepEqual(
    again.map(({ input }) => input),
    ['{"amount":1}', '{"amount":2}', '{"amount":3}'],
  )
  for (const turn of again) cell.commit(turn)
  await world.settle()
  assert.deepEqual(asked.map(told), ['replied null', 'replied null', 'replied null'])
})

test('a handler that throws is told without its stack, with an id that is in the log', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  world.cell('auction').fault(world.cell('auction').take('poke'), 'STATE_INVALID')
  await world.settle()
  const [answer] = asked.answers
  assert.equal(said(answer), 'failed HANDLER_FAILED')
  assert.ok(!JSON.stringify(answer).includes('bundle'))
  const id = answer?.type === 'failed' ? answer.id : undefined
  const line = world.lines.find(({ data }) => (data as { id?: string } | undefined)?.id === id)
  assert.match(line?.message ?? '', /STATE_INVALID/)
  assert.equal(line?.entity, 'auction/lot')
})

test('no entity is NOT_FOUND, and a commit that the disk refuses is told with its reason', async () => {
  const world = await ScriptedWorld.start({ fails: (item) => item.type === 'commit' && item.commit.message === 'bid' })
  const [poked, bid] = [world.ask(LOT, 'poke'), world.ask(LOT, 'bid', { input: { amount: 1 } })]
  await world.settle()
  const cell = world.cell('auction')
  cell.missing(cell.take('poke'))
  await world.settle()
  cell.commit(cell.take('bid'))
  await world.settle()
  assert.deepEqual([told(poked), told(bid)], ['failed NOT_FOUND', 'failed STORE_FAILED'])
})

test('at most so many turns of an entity and of a cell are in flight', async () => {
  const world = await ScriptedWorld.start({ limits: { turnsPerEntity: 2, turnsPerCell: 3 } })
  for (const key of ['a', 'a', 'a', 'b', 'b']) world.ask({ component: 'auction', key }, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  assert.deepEqual(
    cell.deliveries.map(({ to }) => to.key),
    ['a', 'a', 'b'],
  )
  cell.answer(cell.take('poke'))
  await world.settle()
  assert.equal(cell.deliveries.length, 3, 'the end of one is the beginning of the next')
  assert.deepEqual(world.router.status().components['auction'], { waiting: 1, inFlight: 3 })
})

test('a turn that takes too long is given up: TURN_TIMEOUT, and the others of its entity run', async () => {
  const world = await ScriptedWorld.start({ limits: { requestMs: 60_000 } })
  const [slow, next] = [world.ask(LOT, 'poke'), world.ask(LOT, 'bid', { input: { amount: 1 } })]
  await world.settle()
  const cell = world.cell('auction')
  const held = cell.take('poke')
  cell.take('bid')
  await world.pass(33_000)
  assert.equal(told(slow), 'failed TURN_TIMEOUT')
  assert.deepEqual(cell.abandoned, [held.turn])
  const again = cell.take('bid')
  assert.ok(again.lease > held.lease)
  cell.commit(again)
  cell.commit(held, { base: 1 })
  await world.settle()
  assert.equal(told(next), 'replied null')
  const record = await world.until(world.store.call('get', LOT))
  assert.equal(record?.revision, 1, 'what was given up cannot commit any more')
})

test('under the debugger no turn and no request is given up', async () => {
  const world = await ScriptedWorld.start({ inspect: true })
  const asked = world.ask(LOT, 'poke')
  await world.pass(600_000)
  const cell = world.cell('auction')
  cell.answer(cell.take('poke'))
  await world.settle()
  assert.equal(told(asked), 'replied null')
})

test('a turn asks another entity, also in a circle, and gets what was read', async () => {
  const world = await ScriptedWorld.start()
  world.ask(LOT, 'poke')
  world.ask(ANN, 'poke')
  await world.settle()
  const [auction, ledger] = [world.cell('auction'), world.cell('ledger')]
  const [one, two] = [auction.take('poke'), ledger.take('poke')]
  auction.say({ type: 'ask', turn: one.turn, call: 0, to: ANN, message: 'balance', input: null })
  ledger.say({ type: 'ask', turn: two.turn, call: 0, to: LOT, message: 'inside', input: null })
  await world.settle()
  ledger.answer(ledger.take('balance'), '10')
  const asked = auction.take('inside')
  assert.equal(asked.caller.identity, 'ledger/ann')
  auction.answer(asked, '20')
  await world.settle()
  const outcome = (output: string) => ({ type: 'settled', outcome: { type: 'replied', output } })
  assert.deepEqual(auction.results, [{ type: 'result', turn: one.turn, call: 0, result: outcome('10') }])
  assert.deepEqual(ledger.results, [{ type: 'result', turn: two.turn, call: 0, result: outcome('20') }])
})

test('what a turn fetched is given again to the attempt that takes its place, and not after a fault', async () => {
  let fetched = 0
  const fetch = async () => {
    fetched += 1
    return { url: 'https://x/', status: 200, statusText: '', headers: [], body: `${fetched}` }
  }
  const world = await ScriptedWorld.start({ fetch })
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const turn = cell.take('poke')
  const request = { url: 'https://x/', method: 'GET', headers: [], body: null }
  cell.say({ type: 'fetch', turn: turn.turn, call: 0, request })
  await world.settle()
  assert.equal(cell.results.length, 1)
  await world.until(world.kill('auction', null))
  const next = await world.bootScripted('auction')
  await world.settle()
  const again = next.take('poke')
  assert.deepEqual(
    again.recorded.map(({ call, result }) => [call, result]),
    [[0, cell.results[0]?.result]],
  )
  next.answer(again)
  await world.settle()
  assert.equal(told(asked), 'replied null')
})

test('a line of the log names its entity, also when it comes after its turn was committed', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'open')
  await world.settle()
  const cell = world.cell('auction')
  const delivery = cell.take('open')
  const { turn, to } = delivery
  cell.answer(delivery, '1')
  await world.settle()
  assert.equal(told(asked), 'replied 1')
  cell.say({ type: 'log', turn, to, message: 'late', data: null })
  await world.settle()
  assert.equal(world.lines.find(({ message }) => message === 'late')?.entity, `${to.component}/${to.key}`)
})
