/** Cells that die, are replaced, or are suspected. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, LOT, ScriptedWorld, told } from './scripted-world.testing.ts'

test('what a dead cell has committed is answered and not run again; what it has not is run again', async () => {
  // What cells post is heard before what the router posts.
  const world = await ScriptedWorld.start({ choose: (below) => below - 1 })
  const [done, not] = [world.ask(LOT, 'open'), world.ask({ ...LOT, key: 'other' }, 'open')]
  const read = world.ask(LOT, 'standing')
  await world.settle()
  const cell = world.cell('auction')
  const turn = cell.take('open')
  cell.commit(turn)
  await world.until(world.kill('auction', turn.turn))
  assert.equal(told(done), 'replied null')
  const next = await world.bootScripted('auction')
  await world.settle()
  assert.deepEqual(
    next.deliveries.map(({ message, to }) => [message, to.key]),
    [
      ['standing', 'lot'],
      ['open', 'other'],
    ],
  )
  next.answer(next.take('standing'))
  next.commit(next.take('open'))
  await world.settle()
  assert.deepEqual([told(not), told(read)], ['replied null', 'replied null'])
})

test('a suspect runs alone, and goes on with the others when it has shown that it was not it', async () => {
  const world = await ScriptedWorld.start()
  const asked = ['a', 'b', 'c'].map((key) => world.ask({ component: 'auction', key }, 'poke'))
  await world.settle()
  await world.until(world.kill('auction', world.cell('auction').deliveries[1]?.turn ?? 0))
  const next = await world.bootScripted('auction')
  await world.settle()
  assert.deepEqual(
    next.deliveries.map(({ to }) => to.key),
    ['b'],
  )
  next.answer(next.take('poke'))
  await world.settle()
  assert.deepEqual(
    next.deliveries.map(({ to }) => to.key),
    ['a', 'c'],
  )
  next.answer(next.take('poke'))
  next.answer(next.take('poke'))
  await world.settle()
  assert.deepEqual(asked.map(told), ['replied null', 'replied null', 'replied null'])
})

test('if nobody knows what ended a cell, everything that may have runs alone, one after the other', async () => {
  const world = await ScriptedWorld.start()
  for (const key of ['a', 'b', 'c']) world.ask({ component: 'auction', key }, 'poke')
  await world.settle()
  await world.until(world.kill('auction', null))
  const next = await world.bootScripted('auction')
  for (const key of ['a', 'b', 'c']) {
    await world.settle()
    assert.deepEqual(
      next.deliveries.map(({ to }) => to.key),
      [key],
    )
    next.answer(next.take('poke'))
  }
})

test('a request that ends its cell three times is answered CELL_KILLED', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'poke')
  for (let kill = 0; kill < 3; kill++) {
    await world.settle()
    assert.equal(told(asked), '-')
    await world.until(world.kill('auction', world.cell('auction').take('poke').turn))
    await world.bootScripted('auction')
  }
  await world.settle()
  assert.equal(told(asked), 'failed CELL_KILLED')
  assert.equal(world.cell('auction').deliveries.length, 0)
})

test('a message that ends its cell three times, told or alone, becomes a dead letter', async () => {
  const world = await ScriptedWorld.start()
  world.ask(LOT, 'poke')
  await world.settle()
  const auction = world.cell('auction')
  const send = { to: ANN, message: 'hold', input: '{"amount":1}', continuation: null }
  auction.commit(auction.take('poke'), { sends: [send] })
  await world.settle()
  world.ask({ ...ANN, key: 'bob' }, 'poke')
  await world.settle()
  await world.until(world.kill('ledger', null))
  for (let kill = 0; kill < 3; kill++) {
    const ledger = await world.bootScripted('ledger')
    await world.settle()
    assert.equal(ledger.deliveries.length, 1)
    ledger.take('hold')
    await world.until(world.kill('ledger', null))
  }
  const ledger = await world.bootScripted('ledger')
  await world.settle()
  ledger.answer(ledger.take('poke'))
  assert.equal(ledger.deliveries.length, 0)
  const [letter] = await world.until(world.store.call('deadLetters', { after: 0, limit: 9 }))
  assert.equal(letter?.code, 'CELL_KILLED')
})

test('a read that ends its cell three times is answered CELL_KILLED', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'standing')
  for (let kill = 0; kill < 3; kill++) {
    await world.settle()
    await world.until(world.kill('auction', world.cell('auction').take('standing').turn))
    await world.bootScripted('auction')
  }
  await world.settle()
  assert.equal(told(asked), 'failed CELL_KILLED')
})

test('nothing is delivered while a component is suspended, and nobody is suspected of its end', async () => {
  const world = await ScriptedWorld.start()
  for (const key of ['a', 'b']) world.ask({ component: 'auction', key }, 'poke')
  await world.settle()
  world.router.suspend('auction')
  world.router.suspend('auction')
  world.ask({ component: 'auction', key: 'c' }, 'poke')
  world.ask({ component: 'auction', key: 'c' }, 'standing')
  await world.settle()
  assert.equal(world.cell('auction').deliveries.length, 2)
  await world.until(world.kill('auction', null))
  const next = await world.bootScripted('auction')
  world.router.resume('auction')
  await world.settle()
  assert.equal(next.deliveries.length, 0, 'every suspend has its resume')
  world.router.resume('auction')
  await world.settle()
  assert.equal(next.deliveries.length, 4)
  assert.throws(() => world.router.resume('auction'), /every resume has its suspend/)
})

test('a word of a cell that has been replaced counts no more', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  const old = world.cell('auction')
  const turn = old.take('poke')
  await world.until(world.kill('auction', null))
  const next = await world.bootScripted('auction')
  await world.settle()
  const again = next.take('poke')
  old.commit(turn, { outcome: { type: 'replied', output: '"old"' } })
  old.answer(turn, '"old"')
  old.answer(again, '"old"')
  await world.settle()
  assert.equal(told(asked), '-')
  next.answer(again, '"new"')
  await world.settle()
  assert.equal(told(asked), 'replied "new"')
})

test('a connector runs its works side by side, and a refused one takes no other with it', async () => {
  let fails = true
  const world = await ScriptedWorld.start({
    fails: (item) => item.type === 'commit' && item.commit.message === 'poke' && fails,
  })
  const to = { component: 'mail', key: 'all' }
  const asked = [world.ask(to, 'poke', { key: 'a' }), world.ask(to, 'poke', { key: 'b' })]
  await world.settle()
  const mail = world.cell('mail')
  const [first, second] = [mail.take('poke'), mail.take('poke')]
  mail.commit(first, { change: { type: 'none' } })
  fails = false
  mail.commit(second, { change: { type: 'none' } })
  await world.settle()
  assert.deepEqual(asked.map(told), ['failed STORE_FAILED', 'replied null'])
})
