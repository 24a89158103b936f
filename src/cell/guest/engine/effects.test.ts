import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENTS_MAX, INSTANT_MAX_MS, REPLIES_MAX, SENDS_MAX, TIMERS_MAX } from './bounds.ts'
import { Box, type BoxTurn, box, boxOf, Shelf } from './fake-box.testing.ts'
import { cellOf, NOW_MS } from './fake-cell.testing.ts'

/** Runs `poke` with what it says, and gives its commit or its fault. */
async function said(say: (turn: BoxTurn) => unknown) {
  const cell = cellOf(box({ handlers: { poke: (_state, _input, turn) => void say(turn) } }))
  cell.keep(boxOf())
  const turn = cell.deliver('poke')
  await cell.settle()
  return { commit: cell.commit(turn), fault: cell.fault(turn) }
}

const faultsWith = async (code: string, say: (turn: BoxTurn) => unknown, message = /./) => {
  const { fault, commit } = await said(say)
  assert.equal(commit, undefined)
  assert.equal(fault?.code, code)
  assert.match(fault?.message ?? '', message)
}

test('sends leave with the commit, as they were when they were said', async () => {
  const input = { item: 'a' }
  const { commit } = await said((turn) => {
    turn.send(Shelf, 's1')['store']?.(input)
    input.item = 'changed later'
    turn.send(Shelf, 's2')['clear']?.()
    turn.send(Shelf, 'never called')
  })
  assert.deepEqual(commit?.sends, [
    { to: { component: 'shelf', key: 's1' }, message: 'store', input: '{"item":"a"}', continuation: null },
    { to: { component: 'shelf', key: 's2' }, message: 'clear', input: null, continuation: null },
  ])
  assert.deepEqual(commit?.change, { type: 'keep' })
})

test('a send names what shall come back, and what it needs to know', async () => {
  const { commit } = await said((turn) => {
    turn.send(Shelf, 's', { then: 'stored', otherwise: 'stored', with: { item: 'a' } })['store']?.({ item: 'a' })
    turn.send(Shelf, 's', { otherwise: 'poke' })['clear']?.()
  })
  assert.deepEqual(
    commit?.sends.map(({ continuation }) => continuation),
    [
      { then: 'stored', otherwise: 'stored', with: '{"item":"a"}' },
      { then: null, otherwise: 'poke', with: null },
    ],
  )
})

test('an entity may send its own messages to others of its kind', async () => {
  const { commit } = await said((turn) => turn.send(Box, 'two')['stored']?.({ item: 'a' }))
  assert.deepEqual(commit?.sends[0]?.to, { component: 'box', key: 'two' })
})

test('refuses sends that cannot arrive', async () => {
  await faultsWith('SEND_INVALID', (turn) => turn.send({}, 's'), /no contract/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(undefined, 's'), /no contract/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, ''), /1 to 512 characters/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 5), /shelf\/5/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 'x'.repeat(513)), /1 to 512 characters/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 'half \ud83d'), /well-formed/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 's')['count']?.(), /is a read; ask for it/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 's')['inner']?.(), /kept to itself/)
  await faultsWith('SEND_INVALID', (turn) => turn.send(Shelf, 's')['store']?.({ item: new Map() }), /item is a Map/)
  await faultsWith('MESSAGE_NOT_HANDLED', (turn) => turn.send(Shelf, 's')['stor']?.({}), /Did you mean 'store'\?/)
})

test('refuses continuations that could not run, or could be forged', async () => {
  const follow = (continuation: object) => (turn: BoxTurn) => turn.send(Shelf, 's', continuation)['clear']?.()
  await faultsWith('SEND_INVALID', follow({ then: 'sotred' }), /no message of one's own/)
  await faultsWith('SEND_INVALID', follow({ otherwise: 5 }), /no message of one's own/)
  await faultsWith('SEND_INVALID', follow({ then: 'peek' }), /reads or creates/)
  await faultsWith('SEND_INVALID', follow({ then: 'open' }), /reads or creates/)
  await faultsWith('SEND_INVALID', follow({ then: 'put' }), /anyone may send/)
  await faultsWith('SEND_INVALID', follow({ with: { item: 'a' } }), /carries nothing/)
  await faultsWith('SEND_INVALID', follow({ then: 'stored', with: { item: Number.NaN } }), /item is NaN/)
})

test('an object of calls can be awaited and printed', async () => {
  const { fault } = await said(async (turn) => {
    const calls = turn.send(Shelf, 's')
    assert.equal(JSON.stringify(calls), '{}')
    await calls
  })
  assert.equal(fault, undefined)
})

test('timers are named: a second one replaces the first, and the last word counts', async () => {
  const { commit } = await said((turn) => {
    turn.after(10, 'a')['poke']?.()
    turn.after(20.2, 'a')['put']?.({ item: 'x' })
    turn.after(-5, 'b')['poke']?.()
    turn.after(5, 'c')['poke']?.()
    turn.cancel('c')
    turn.after(Number.POSITIVE_INFINITY, 'd')['stored']?.({ item: 'x' })
    turn.after(1, 'never called')
  })
  assert.deepEqual(commit?.timers, [
    { type: 'set', name: 'a', dueMs: NOW_MS + 21, message: 'put', input: '{"item":"x"}' },
    { type: 'set', name: 'b', dueMs: NOW_MS, message: 'poke', input: null },
    { type: 'cancel', name: 'c' },
    { type: 'set', name: 'd', dueMs: INSTANT_MAX_MS, message: 'stored', input: '{"item":"x"}' },
  ])
})

test('refuses timers that could not fire', async () => {
  await faultsWith('TIMER_INVALID', (turn) => turn.after(Number.NaN, 'a'), /no number/)
  await faultsWith('TIMER_INVALID', (turn) => turn.after('5', 'a'), /no number/)
  await faultsWith('TIMER_INVALID', (turn) => turn.after(5, ''), /1 to 200 characters/)
  await faultsWith('TIMER_INVALID', (turn) => turn.after(5, undefined), /1 to 200 characters/)
  await faultsWith('TIMER_INVALID', (turn) => turn.cancel(undefined), /a timer has a name/)
  await faultsWith('TIMER_INVALID', (turn) => turn.after(5, 'a')['peek']?.(), /no message to send/)
  await faultsWith('TIMER_INVALID', (turn) => turn.after(5, 'a')['put']?.({ itm: 'x' }), /itm/)
})

test('publishes events that the contract declares, and refuses others', async () => {
  const { commit } = await said((turn) => turn.publish('added', { item: 'a' }))
  assert.deepEqual(commit?.events, [{ event: 'added', data: '{"item":"a"}' }])
  await faultsWith('EVENT_INVALID', (turn) => turn.publish('gone', {}), /does not declare/)
  await faultsWith('EVENT_INVALID', (turn) => turn.publish('added', { item: 5 }), /item/)
})

test('reads after events carry the number of the last one', async () => {
  const cell = cellOf(
    box({
      handlers: {
        poke(_state, _input, turn) {
          turn.publish('added', { item: 'a' })
          turn.publish('added', { item: 'b' })
        },
      },
    }),
  )
  cell.keep(boxOf())
  await cell.settle()
  cell.deliver('poke')
  await cell.settle()
  const read = cell.read('peek')
  assert.deepEqual([cell.about('answered', read)[0]?.revision, cell.about('answered', read)[0]?.sequence], [2, 2])
  assert.deepEqual([cell.records.get('one')?.revision, cell.records.get('one')?.sequence], [2, 2])
})

test('one turn has a bounded number of effects', async () => {
  const times = (count: number, say: (turn: BoxTurn, i: number) => unknown) => (turn: BoxTurn) => {
    for (let i = 0; i < count; i++) say(turn, i)
  }
  const send = (turn: BoxTurn) => turn.send(Shelf, 's')['clear']?.()
  assert.equal((await said(times(SENDS_MAX, send))).commit?.sends.length, SENDS_MAX)
  await faultsWith('EFFECTS_TOO_MANY', times(SENDS_MAX + 1, send), /at most 1000 sends/)
  await faultsWith(
    'EFFECTS_TOO_MANY',
    times(EVENTS_MAX + 1, (turn) => turn.publish('added', { item: 'a' })),
    /events/,
  )
  await faultsWith(
    'EFFECTS_TOO_MANY',
    times(TIMERS_MAX + 1, (turn, i) => turn.cancel(`t${i}`)),
    /timers/,
  )
  assert.equal((await said(times(TIMERS_MAX * 2, (turn) => turn.cancel('t')))).commit?.timers.length, 1)
  const answer = (turn: BoxTurn) => turn.rejectTo(token, 'FULL', { size: 1 })
  const token = await tokenOfPut()
  await faultsWith('EFFECTS_TOO_MANY', times(REPLIES_MAX + 1, answer), /answers to waits/)
})

async function tokenOfPut(): Promise<string> {
  const cell = cellOf(box({ handlers: { put: (_state, _input, turn) => turn.defer({ deadline: 1 }) } }))
  cell.keep(boxOf())
  const turn = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  const outcome = cell.commit(turn)?.outcome
  return outcome?.type === 'deferred' ? outcome.token : assert.fail('not deferred')
}
