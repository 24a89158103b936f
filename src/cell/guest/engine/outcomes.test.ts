import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BoxState, type BoxTurn, box, boxOf } from './fake-box.testing.ts'
import { cellOf, type FakeCell, NOW_MS } from './fake-cell.testing.ts'

/** Runs `put` with a handler; the entity holds nothing yet. */
async function put(handler: (state: BoxState, turn: BoxTurn) => unknown): Promise<{ cell: FakeCell; turn: number }> {
  const cell = cellOf(box({ handlers: { put: (state, _input, turn) => handler(state, turn) } }))
  cell.keep(boxOf())
  const turn = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  return { cell, turn }
}

test('fills in defaults of the output', async () => {
  const { cell, turn } = await put(() => ({ count: 1 }))
  assert.deepEqual(cell.about('answered', turn)[0]?.outcome, { type: 'replied', output: '{"count":1,"unit":"pieces"}' })
})

test('filling in defaults of the output does not write into the value that was returned', async () => {
  const output = { count: 1 }
  const { cell, turn } = await put(() => output)
  assert.equal(cell.about('answered', turn).length, 1)
  assert.deepEqual(output, { count: 1 })
})

test('a token tells nothing of the randomness that its turn hands out', async () => {
  const { cell, turn } = await put((state, turn) => {
    const token = turn.defer({ deadline: 1 })
    state.note = turn.uuid()
    state.waits['x'] = token
    return token
  })
  const { note, waits } = cell.state() as BoxState
  assert.equal(cell.commit(turn)?.outcome.type, 'deferred')
  assert.ok(!waits['x']?.includes(note))
})

for (const [what, output] of [
  ['of another shape', { count: 'one' }],
  ['that is missing', undefined],
  ['that JSON cannot say', { count: 1, unit: new Date(0) }],
] as const) {
  test(`refuses an output ${what}`, async () => {
    const { cell, turn } = await put((state) => {
      state.items.push('half')
      return output
    })
    assert.equal(cell.fault(turn)?.code, 'REPLY_INVALID')
    assert.deepEqual(cell.state(), boxOf())
  })
}

test('refuses an output of a message that has none', async () => {
  const cell = cellOf(box({ handlers: { poke: () => 5 } }))
  cell.keep(boxOf())
  const turn = cell.deliver('poke')
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'REPLY_INVALID')
})

test('a rejection drops all that the turn did', async () => {
  const { cell, turn } = await put((state, turn) => {
    state.items.push('half')
    turn.publish('added', { item: 'half' })
    turn.after(1, 'x')['poke']?.()
    turn.defer({ deadline: 1 })
    turn.destroy()
    throw turn.reject('FULL', { size: 3 })
  })
  const outcome = { type: 'rejected', code: 'FULL', data: '{"size":3}' }
  assert.deepEqual(cell.about('answered', turn)[0]?.outcome, outcome)
  assert.deepEqual(cell.commits, [])
  assert.deepEqual(cell.state(), boxOf())
})

test('a rejection of a message in the outbox is committed, and nothing else with it', async () => {
  const cell = cellOf(
    box({
      handlers: {
        async put(state, _input, turn) {
          state.items.push('half')
          turn.publish('added', { item: 'half' })
          await Promise.resolve()
          throw turn.reject('FULL', { size: 3 })
        },
      },
    }),
  )
  cell.keep(boxOf())
  const cause = { type: 'message', row: 4, sender: null, continuation: null, fate: null } as const
  const turn = cell.deliver('put', { input: { item: 'a' }, cause })
  await cell.settle()
  const commit = cell.commit(turn)
  assert.deepEqual(commit?.outcome, { type: 'rejected', code: 'FULL', data: '{"size":3}' })
  assert.deepEqual([commit?.change, commit?.events], [{ type: 'keep' }, []])
})

test('a rejected birth leaves no entity', async () => {
  const cell = cellOf(
    box({
      initial: () => {
        throw new Error('not today')
      },
    }),
  )
  const cause = { type: 'message', row: 4, sender: null, continuation: null, fate: null } as const
  const failed = cell.deliver('open', { input: {}, cause })
  await cell.settle()
  assert.equal(cell.fault(failed)?.code, 'HANDLER_FAILED')
  assert.equal(cell.records.size, 0)
})

test('refuses a rejection that the contract does not declare, or with other data', async () => {
  const unknown = await put((_state, turn) => {
    throw turn.reject('EMPTY', {})
  })
  assert.equal(unknown.cell.fault(unknown.turn)?.code, 'REJECTION_INVALID')
  const data = await put((_state, turn) => {
    throw turn.reject('FULL', { size: 'all' })
  })
  assert.equal(data.cell.fault(data.turn)?.code, 'REJECTION_INVALID')
  assert.match(data.cell.fault(data.turn)?.message ?? '', /size/)
})

test('a rejection that is returned and not thrown is a fault that says so', async () => {
  const { cell, turn } = await put((_state, turn) => turn.reject('FULL', { size: 3 }))
  assert.equal(cell.fault(turn)?.code, 'REJECT_NOT_THROWN')
})

test('only a rejection of this very turn rejects', async () => {
  let kept: Error | undefined
  const cell = cellOf(
    box({
      handlers: {
        put(_state, _input, turn) {
          const error = kept ?? turn.reject('FULL', { size: 3 })
          kept = error
          throw error
        },
      },
    }),
  )
  cell.keep(boxOf())
  const first = cell.deliver('put', { input: { item: 'a' } })
  const second = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.about('answered', first).length, 1)
  assert.equal(cell.fault(second)?.code, 'HANDLER_FAILED')
})

test('a rejection is an error with code, data, and whose it is', async () => {
  let made: unknown
  await put((_state, turn) => {
    made = turn.reject('FULL', { size: 3 })
    throw made
  })
  assert.ok(made instanceof Error)
  assert.deepEqual(
    { ...made },
    { name: 'Rejection', code: 'FULL', data: { size: 3 }, rejection: { component: 'box', message: 'put' } },
  )
})

test('keeps a caller waiting, and answers in a later turn', async () => {
  const cell = cellOf(
    box({
      handlers: {
        put(state, _input, turn) {
          const token = turn.defer({ deadline: 4_999.5 })
          state.waits['x'] = token
          return token
        },
        poke(state, _input, turn) {
          const token = state.waits['x'] ?? assert.fail('nobody waits')
          delete state.waits['x']
          turn.reply(token, { count: 1 })
        },
        open(state, _input, turn) {
          turn.rejectTo(state.waits['x'], 'FULL', { size: 3 })
        },
      },
    }),
  )
  cell.keep(boxOf())
  const deferred = cell.deliver('put', { input: { item: 'a' } })
  const rejecting = cell.deliver('open', { input: {} })
  const replying = cell.deliver('poke')
  await cell.settle()
  const { outcome, waitUntilMs } = cell.commit(deferred) ?? assert.fail('no commit')
  const token = outcome.type === 'deferred' ? outcome.token : assert.fail('not deferred')
  assert.ok(token.length <= 64)
  assert.equal(waitUntilMs, NOW_MS + 5_000)
  assert.deepEqual(cell.commit(replying)?.replies, [
    { token, outcome: { type: 'replied', output: '{"count":1,"unit":"pieces"}' } },
  ])
  assert.deepEqual(cell.commit(rejecting)?.replies, [
    { token, outcome: { type: 'rejected', code: 'FULL', data: '{"size":3}' } },
  ])
})

test('a turn that runs again gets the same token, and deferring does not shift its randomness', async () => {
  const drawn: number[] = []
  const tokens: string[] = []
  const cell = cellOf(
    box({
      handlers: {
        put(_state, { item }, turn) {
          if (item === 'b') drawn.push(turn.random())
          const token = turn.defer({ deadline: 1 })
          drawn.push(item === 'a' ? turn.random() : 0)
          tokens.push(token)
          return token
        },
      },
    }),
  )
  cell.keep(boxOf())
  cell.deliver('put', { input: { item: 'a' }, seed: 's' })
  cell.deliver('put', { input: { item: 'b' }, seed: 's' })
  cell.deliver('put', { input: { item: 'c' }, seed: 't' })
  await cell.settle()
  assert.equal(drawn[0], drawn[1])
  assert.equal(tokens[0], tokens[1])
  assert.notEqual(tokens[0], tokens[2])
})

test('refuses to end a turn that deferred and did not return the token', async () => {
  const { cell, turn } = await put((_state, turn) => {
    turn.defer({ deadline: 1 })
    return { count: 1 }
  })
  assert.equal(cell.fault(turn)?.code, 'DEFER_NOT_RETURNED')
})

test('refuses a token of another turn as output', async () => {
  const { cell, turn } = await put((_state, turn) => `${turn.defer({ deadline: 1 })}x`)
  assert.equal(cell.fault(turn)?.code, 'DEFER_NOT_RETURNED')
})

test('refuses to defer twice, and without a deadline', async () => {
  const twice = await put((_state, turn) => {
    turn.defer({ deadline: 1 })
    return turn.defer({ deadline: 1 })
  })
  assert.equal(twice.cell.fault(twice.turn)?.code, 'DEFER_TWICE')
  for (const options of [undefined, {}, { deadline: 0 }, { deadline: Number.POSITIVE_INFINITY }, { deadline: '5' }]) {
    const { cell, turn } = await put((_state, turn) => turn.defer(options))
    assert.equal(cell.fault(turn)?.code, 'DEADLINE_INVALID')
  }
})

test('refuses to answer with what is no token, or with what the waiting message does not give', async () => {
  const check = async (answer: (turn: BoxTurn, token: string) => void, code: string) => {
    const { cell, turn } = await put((_state, turn) => {
      const token = turn.defer({ deadline: 1 })
      answer(turn, token)
      return token
    })
    assert.equal(cell.fault(turn)?.code, code)
  }
  await check((turn) => turn.reply('somebody', { count: 1 }), 'TOKEN_INVALID')
  await check((turn) => turn.reply('00000000-0b6f', { count: 1 }), 'TOKEN_INVALID')
  await check((turn) => turn.reply(undefined, { count: 1 }), 'TOKEN_INVALID')
  await check((turn, token) => turn.reply(token, { total: 1 }), 'REPLY_INVALID')
  await check((turn, token) => turn.rejectTo(token, 'EMPTY', {}), 'REJECTION_INVALID')
})
