/** What takes long in life, on a simulated clock: faults that are tried again, turns that never end, clocks that jump. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testSystem } from '../../src/testkit/index.ts'
import { Box } from './fixtures/trouble/box/contract.ts'
import { Sender } from './fixtures/trouble/sender/contract.ts'
import trouble from './fixtures/trouble/system.ts'
import { Wild } from './fixtures/trouble/wild/contract.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR

const rings = async (system: Awaited<ReturnType<typeof testSystem>>, key: string) =>
  (await system.at(Box, key).look()).rings

test('a message that faults is tried again with pauses that double, then buried, and its sender is told once', async () => {
  await using system = await testSystem(trouble)
  await system.at(Wild, 'mad').start()
  await system.at(Sender, 's').tell({ to: 'mad', message: 'choke' })
  // 8 attempts: 0.1 + 0.2 + ... + 6.4 s of pauses.
  await system.clock.advance(12 * SECOND)
  assert.deepEqual(await system.deadLetters(), [])
  assert.deepEqual((await system.at(Sender, 's').look()).told, [])
  await system.clock.advance(SECOND)
  const [letter] = await system.deadLetters()
  assert.deepEqual([letter?.code, letter?.attempts, letter?.message], ['HANDLER_FAILED', 8, 'choke'])
  assert.match(letter?.reason ?? '', /it chokes/)
  assert.deepEqual((await system.at(Sender, 's').look()).told, ['UNDELIVERED'])
  await system.clock.advance(HOUR)
  assert.deepEqual((await system.at(Sender, 's').look()).told, ['UNDELIVERED'])
  assert.equal((await system.at(Wild, 'mad').look()).touched, 0, 'no attempt left a trace')
})

test('a fault that goes away delivers the message, once', async () => {
  await using system = await testSystem(trouble)
  await system.at(Wild, 'mad').start()
  await system.at(Sender, 's').tell({ to: 'mad', message: 'choke' })
  await system.clock.advance(3 * SECOND)
  await system.at(Wild, 'mad').fix()
  await system.crash()
  await system.clock.advance(10 * SECOND)
  assert.equal((await system.at(Wild, 'mad').look()).touched, 1)
  assert.deepEqual((await system.at(Sender, 's').look()).told, ['done'])
  assert.deepEqual(await system.deadLetters(), [])
})

test('a message to an entity that does not exist tells its sender NOT_FOUND at once', async () => {
  await using system = await testSystem(trouble)
  await system.at(Sender, 's').tell({ to: 'nobody', message: 'touch' })
  await system.quiet()
  assert.deepEqual((await system.at(Sender, 's').look()).told, ['NOT_FOUND'])
  assert.deepEqual(await system.deadLetters(), [])
})

test('a handler that awaits for ever is given up, and the entity goes on', async () => {
  await using system = await testSystem(trouble)
  await system.at(Wild, 'mad').start()
  const hung = system.at(Wild, 'mad').hang()
  const told = assert.rejects(hung, ({ code }: { code: string }) => ['TURN_TIMEOUT', 'OUTCOME_UNKNOWN'].includes(code))
  await system.clock.advance(29 * SECOND)
  await system.clock.advance(3 * SECOND)
  await told
  assert.deepEqual(await system.at(Wild, 'mad').touch(), { touched: 1 })
})

test('a timer is neither lost nor doubled when the clock jumps forward or back, or the host with it', async () => {
  await using system = await testSystem(trouble)
  await system.at(Box, 'forward').remind({ delay: HOUR })
  await system.clock.advance(60 * SECOND)
  system.clock.jump(2 * HOUR)
  await system.clock.advance(2 * 60 * SECOND)
  assert.equal(await rings(system, 'forward'), 1, 'due by the wall clock: seen within two minutes')

  await system.at(Box, 'back').remind({ delay: HOUR })
  system.clock.jump(-2 * HOUR)
  await system.clock.advance(2 * HOUR)
  assert.equal(await rings(system, 'back'), 0, 'its time has not come: the wall clock says so')
  await system.crash()
  await system.clock.advance(HOUR + 60 * SECOND)
  assert.equal(await rings(system, 'back'), 1)
  system.clock.jump(-2 * HOUR)
  await system.clock.advance(3 * HOUR)
  assert.equal(await rings(system, 'back'), 1, 'once is once')
  assert.equal(await rings(system, 'forward'), 1)
})

test('a schedule goes on through jumps: one message for what was missed, none twice', async () => {
  await using system = await testSystem(trouble)
  const ticks = async () =>
    (
      await system
        .at(Box, 'scheduled')
        .look()
        .catch(() => ({ ticks: 0 }))
    ).ticks
  await system.clock.advance(3 * HOUR + SECOND)
  assert.equal(await ticks(), 3)
  system.clock.jump(10 * HOUR)
  await system.clock.advance(2 * 60 * SECOND)
  const afterJump = await ticks()
  assert.equal(afterJump, 4, 'ten hours that never were are one tick')
  system.clock.jump(-10 * HOUR)
  await system.clock.advance(3 * HOUR)
  assert.ok((await ticks()) >= afterJump, 'none is taken back')
  await system.clock.advance(10 * HOUR)
  assert.ok((await ticks()) > afterJump, 'it ticks on')
})

test('a caller whose deadline passes is told that the outcome is unknown, also when the clock jumps over it', async () => {
  await using system = await testSystem(trouble)
  const waits = assert.rejects(system.at(Box, 'a').wait({ deadline: 5 * SECOND }), { code: 'OUTCOME_UNKNOWN' })
  await system.clock.advance(6 * SECOND)
  await waits
  const jumped = assert.rejects(system.at(Box, 'b').wait({ deadline: 10 * SECOND }), { code: 'OUTCOME_UNKNOWN' })
  await system.quiet()
  system.clock.jump(DAY)
  await system.clock.advance(60 * SECOND)
  await jumped
})
