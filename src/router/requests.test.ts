/** Callers: admission, bounds, deadlines, keys of their own, deferred replies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, LOT, ScriptedWorld, said, told } from './scripted-world.testing.ts'

test('what is let in is decided by contract, sender, key and input', async () => {
  const world = await ScriptedWorld.start()
  const check = async (expected: string | RegExp, given: Partial<Parameters<typeof world.router.request>[0]>) => {
    const request = {
      to: LOT,
      message: 'poke',
      input: null,
      caller: ADA,
      idempotencyKey: null,
      from: 'gateway',
    } as const
    const answer = await world.until(world.router.request({ ...request, ...given }))
    assert.ok(answer.type === 'failed')
    if (typeof expected === 'string') assert.equal(answer.code, expected)
    else assert.match(`${answer.code}: ${answer.message}`, expected)
    return answer
  }
  await check(/COMPONENT_UNKNOWN: .*Did you mean 'auction'/, { to: { component: 'auctoin', key: 'a' } })
  await check(/MESSAGE_UNKNOWN: .*Did you mean 'poke'/, { message: 'pokr' })
  await check('MESSAGE_UNKNOWN', { message: 'constructor' })
  await check('MESSAGE_NOT_PUBLIC', { message: 'settle' })
  await check('MESSAGE_NOT_PUBLIC', { message: 'close', from: 'route' })
  await check('MESSAGE_NOT_PUBLIC', { message: 'inside' })
  await check(/KEY_INVALID: .*empty/, { to: { ...LOT, key: '' } })
  await check(/KEY_INVALID: .*512/, { to: { ...LOT, key: 'a'.repeat(513) } })
  await check(/KEY_INVALID: .*surrogate/, { to: { ...LOT, key: 'a\ud800' } })
  await check('KEY_INVALID', { to: { ...LOT, key: '9' } })
  await check('INPUT_INVALID', { message: 'bid' })
  await check('INPUT_INVALID', { message: 'bid', input: '{' })
  await check('INPUT_INVALID', { input: '{"poke":1}' })
  const { issues } = await check('INPUT_INVALID', { message: 'bid', input: '{"amount":"1"}' })
  assert.equal(issues?.[0]?.path, 'amount')
  const { answer } = await world.router.read({ to: LOT, message: 'poke', input: null, caller: ADA, from: 'gateway' })
  assert.equal(said(answer), 'failed MESSAGE_UNKNOWN')
  assert.equal(world.cell('auction').deliveries.length, 0)
})

test('beyond a bound a request is refused as OVERLOADED, with the time after which to try again', async () => {
  const world = await ScriptedWorld.start({ limits: { waitingPerEntity: 2, waitingPerComponent: 3, openRequests: 6 } })
  world.router.suspend('auction')
  const at = (key: string) => world.ask({ component: 'auction', key }, 'poke')
  const asked = [at('a'), at('a'), at('a'), at('b'), at('b')]
  await world.settle()
  assert.deepEqual(asked.map(told), ['-', '-', 'failed OVERLOADED', '-', 'failed OVERLOADED'])
  const [refused] = asked[2]?.answers ?? []
  assert.equal(refused?.type === 'failed' && refused.retryAfterMs, 1_000)
  for (const key of ['c', 'd', 'e', 'f']) world.ask({ component: 'ledger', key }, 'poke')
  await world.settle()
  assert.equal(world.router.status().openRequests, 6)
  world.router.resume('auction')
  await world.settle()
  assert.equal(world.cell('auction').deliveries.length, 3)
})

test('a request whose turn does not come in time was not done; one in flight may have been', async () => {
  const world = await ScriptedWorld.start({ limits: { turnsPerEntity: 1 } })
  const [flying, waiting] = [world.ask(LOT, 'poke'), world.ask(LOT, 'poke')]
  const [read] = [world.ask(LOT, 'standing', { deadlineMs: 5_000 })]
  await world.pass(6_000)
  assert.equal(told(read), 'failed OVERLOADED')
  await world.pass(24_200)
  assert.deepEqual([told(flying), told(waiting)], ['failed OUTCOME_UNKNOWN', 'failed OVERLOADED'])
  const cell = world.cell('auction')
  cell.answer(cell.take('poke'))
  await world.settle()
  assert.deepEqual(
    cell.deliveries.map(({ message }) => message),
    ['standing'],
    'what was refused is not run',
  )
  assert.equal(world.router.status().openRequests, 0)
})

test('retries under one key are held while the first runs, and told the same afterwards', async () => {
  const world = await ScriptedWorld.start({ limits: { duplicatesHeld: 1 } })
  const bid = (given: { amount?: number; by?: string } = {}) =>
    world.ask(LOT, 'bid', { input: { amount: given.amount ?? 1 }, key: 'k', by: given.by ?? 'ada' })
  const [first, held, third, other, bob] = [bid(), bid(), bid(), bid({ amount: 2 }), bid({ by: 'bob' })]
  await world.settle()
  const cell = world.cell('auction')
  assert.equal(cell.deliveries.length, 2, "a key is its caller's own")
  assert.deepEqual([told(third), told(other)], ['failed OVERLOADED', 'failed IDEMPOTENCY_KEY_REUSED'])
  cell.commit(cell.take('bid'), { outcome: { type: 'replied', output: '1' } })
  cell.commit(cell.take('bid'), { outcome: { type: 'replied', output: '2' } })
  await world.settle()
  assert.deepEqual([told(first), told(held), told(bob)], ['replied 1', 'replied 1', 'replied 2'])
  const [late, wrong] = [bid(), bid({ amount: 2 })]
  await world.settle()
  assert.deepEqual([told(late), told(wrong)], ['replied 1', 'failed IDEMPOTENCY_KEY_REUSED'])
  assert.equal(cell.deliveries.length, 0)
})

test('a retry of a request that timed out waits for the same turn', async () => {
  const world = await ScriptedWorld.start({ limits: { requestMs: 1_000 } })
  const first = world.ask(LOT, 'bid', { input: { amount: 1 }, key: 'k' })
  await world.pass(1_200)
  assert.equal(told(first), 'failed OUTCOME_UNKNOWN')
  const retry = world.ask(LOT, 'bid', { input: { amount: 1 }, key: 'k' })
  await world.settle()
  const cell = world.cell('auction')
  cell.commit(cell.take('bid'))
  await world.settle()
  assert.equal(told(retry), 'replied null')
  assert.equal(cell.deliveries.length, 0)
})

test('a deferred caller is answered by a later turn, as is everyone who waits under its key', async () => {
  const world = await ScriptedWorld.start()
  const bid = () => world.ask(LOT, 'bid', { input: { amount: 1 }, key: 'k' })
  const [first, held] = [bid(), bid()]
  await world.settle()
  const cell = world.cell('auction')
  const deferred = { type: 'deferred', token: 't' } as const
  cell.commit(cell.take('bid'), { outcome: deferred, waitUntilMs: world.clock.nowMs() + 120_000 })
  await world.pass(60_000)
  assert.deepEqual([told(first), told(held)], ['-', 'failed OUTCOME_UNKNOWN'], 'the wait has a deadline of its own')
  const later = bid()
  await world.settle()
  world.ask(LOT, 'poke')
  await world.settle()
  cell.commit(cell.take('poke'), { replies: [{ token: 't', outcome: { type: 'replied', output: '9' } }] })
  await world.settle()
  assert.deepEqual([told(first), told(later)], ['replied 9', 'replied 9'])
})

test('a deferred caller whom nobody answers is told OUTCOME_UNKNOWN when the wait ends', async () => {
  const world = await ScriptedWorld.start()
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const deferred = { type: 'deferred', token: 't' } as const
  cell.commit(cell.take('poke'), { outcome: deferred, waitUntilMs: world.clock.nowMs() + 40_000 })
  await world.pass(39_000)
  assert.equal(told(asked), '-')
  await world.pass(2_000)
  assert.equal(told(asked), 'failed OUTCOME_UNKNOWN')
})

test('stopping lets turns end, refuses what is new, and leaves nobody without an answer', async () => {
  const world = await ScriptedWorld.start({ limits: { turnsPerEntity: 1 } })
  const [ends, hangs] = [world.ask(LOT, 'poke'), world.ask({ ...LOT, key: 'other' }, 'poke')]
  const waits = world.ask({ ...LOT, key: 'other' }, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const stopped = world.router.stop()
  const late = world.ask(LOT, 'poke')
  const read = world.ask(LOT, 'standing')
  cell.answer(cell.take('poke'))
  await world.settle()
  assert.deepEqual([told(ends), told(late), told(read)], ['replied null', 'failed OVERLOADED', 'failed OVERLOADED'])
  await world.pass(5_100)
  await stopped
  assert.deepEqual([told(hangs), told(waits)], ['failed OUTCOME_UNKNOWN', 'failed OVERLOADED'])
  await world.pass(2_000)
  assert.equal(world.clock.nextMs(), null, 'nothing is looked for any more')
})

test('every request is refused until the outbox has been read', async () => {
  const world = await ScriptedWorld.start({ limits: { outboxRowsHeld: 2, pageRows: 2 } })
  const asked = world.ask(LOT, 'poke')
  await world.settle()
  const cell = world.cell('auction')
  const send = { to: { component: 'mail', key: 'all' }, message: 'send', input: null, continuation: null }
  cell.commit(cell.take('poke'), { sends: [send, send, send, send, send] })
  await world.settle()
  assert.equal(told(asked), 'replied null')
  const status = world.router.status()
  assert.deepEqual([status.outboxRowsHeld, status.outboxBehind], [2, true])
  const refused = world.ask(LOT, 'poke')
  await world.settle()
  assert.equal(told(refused), 'failed OVERLOADED')
  const mail = world.cell('mail')
  for (let mails = 0; mails < 5; mails++) {
    mail.commit(mail.take('send'), { change: { type: 'none' } })
    await world.settle()
  }
  assert.deepEqual([world.router.status().outboxRowsHeld, world.router.status().outboxBehind], [0, false])
})
