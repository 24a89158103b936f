/** The order of works of one entity, and that a broken state is noticed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertConsistent,
  comeBack,
  emptyMailbox,
  enqueue,
  type Flight,
  finish,
  giveUp,
  isIdle,
  type Mailbox,
  post,
  stayAway,
  withdraw,
} from './mailbox.ts'
import type { Work } from './work.ts'

const TO = { component: 'auction', key: 'lot' }
let turns = 0

function work(message: string, lane: string | null = null): Work {
  const source = { type: 'request', request: 1, idempotency: null } as const
  const caller = { identity: 'ada', connection: null }
  const rest = { faults: 0, kills: 0, away: false, recorded: [] }
  return { to: TO, message, input: null, caller, source, seed: '', lane, ...rest }
}

function boxOf(...works: Work[]): Mailbox {
  const mailbox = emptyMailbox(TO, { lease: 1, independent: false })
  for (const one of works) enqueue(mailbox, one)
  return mailbox
}

function fly(mailbox: Mailbox): Flight {
  const next = mailbox.ready.shift()
  assert.ok(next !== undefined, 'something is ready')
  const flight: Flight = {
    turn: ++turns,
    work: next,
    mailbox,
    lease: mailbox.lease,
    state: 'sent',
    headSinceMs: null,
    resting: [],
  }
  mailbox.flights.push(flight)
  assertConsistent(mailbox)
  return flight
}

const ready = (mailbox: Mailbox) => mailbox.ready.map(({ message }) => message).join(' ')

test('of one lane the next is ready when the one before has posted', () => {
  const mailbox = boxOf(work('a1', 'a'), work('a2', 'a'), work('b1', 'b'), work('free'))
  assert.equal(ready(mailbox), 'a1 b1 free')
  post(mailbox, fly(mailbox))
  assertConsistent(mailbox)
  assert.equal(ready(mailbox), 'b1 free a2')
})

test('what was given up goes before all else, in its order, each lane one at a time', () => {
  const mailbox = boxOf(work('a1', 'a'), work('a2', 'a'), work('a3', 'a'), work('free'), work('last'), work('waits'))
  post(mailbox, fly(mailbox))
  fly(mailbox)
  post(mailbox, mailbox.flights[1] as Flight)
  fly(mailbox)
  assert.deepEqual(
    mailbox.flights.map(({ work }) => work.message),
    ['a1', 'free', 'last'],
  )
  giveUp(mailbox, 2)
  assertConsistent(mailbox)
  assert.deepEqual([ready(mailbox), mailbox.lease], ['a1 free last waits', 2])
  post(mailbox, fly(mailbox))
  assert.equal(ready(mailbox), 'free last waits a2')
})

test('what is away keeps those of its lane waiting, and gives way to what is given up before it', () => {
  const [first, second] = [work('a1', 'a'), work('a2', 'a')]
  const mailbox = boxOf(first, second)
  post(mailbox, fly(mailbox))
  mailbox.ready.shift()
  stayAway(mailbox, second)
  assertConsistent(mailbox)
  giveUp(mailbox, 2)
  assertConsistent(mailbox)
  assert.equal(ready(mailbox), 'a1')
  comeBack(mailbox, second)
  assert.equal(ready(mailbox), 'a1', 'it waits behind')
  post(mailbox, fly(mailbox))
  assert.equal(ready(mailbox), 'a2')
})

test('a mailbox is idle when nothing of its entity is left', () => {
  const [first, second] = [work('a1', 'a'), work('free')]
  const mailbox = boxOf(first, second)
  assert.ok(withdraw(mailbox, second))
  assert.ok(!withdraw(mailbox, second))
  const flight = fly(mailbox)
  assert.ok(!isIdle(mailbox))
  mailbox.flights = []
  finish(mailbox, flight.work)
  assert.ok(isIdle(mailbox))
})

test('every broken state is noticed', () => {
  const breaks: ((mailbox: Mailbox) => void)[] = [
    (mailbox) => mailbox.ready.push(mailbox.ready[0] as Work),
    (mailbox) => mailbox.ready.push(mailbox.lanes.get('a')?.[1] as Work),
    (mailbox) => mailbox.ready.push(mailbox.flights[0]?.work as Work),
    (mailbox) => mailbox.lanes.set('empty', []),
    (mailbox) => mailbox.lanes.set('b', [work('a9', 'a')]),
    (mailbox) => mailbox.away.add(work('free')),
    (mailbox) => mailbox.ready.push({ ...work('free'), away: true }),
    (mailbox) => {
      mailbox.lease = 9
    },
    (mailbox) => {
      for (const flight of mailbox.flights) flight.resting.push(() => {})
    },
    (mailbox) => {
      const last = mailbox.flights.at(-1)
      if (last !== undefined) last.state = 'reported'
    },
  ]
  for (const [at, breakIt] of breaks.entries()) {
    const mailbox = boxOf(work('free'), work('free'), work('a1', 'a'), work('a2', 'a'), work('free'))
    fly(mailbox)
    fly(mailbox)
    breakIt(mailbox)
    assert.throws(() => assertConsistent(mailbox), /Selfsame bug/, `break ${at}`)
  }
})
