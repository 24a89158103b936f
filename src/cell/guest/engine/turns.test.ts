import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BoxState, box, boxOf } from './fake-box.testing.ts'
import { cellOf, NOW_MS, VERSION } from './fake-cell.testing.ts'

test('creates an entity with initial and the handler in one turn', async () => {
  const cell = cellOf(box({ handlers: { open: (state) => void state.items.push('leaflet') } }))
  const turn = cell.deliver('open', { input: {} })
  await cell.settle()
  const expected: BoxState = { size: 3, items: ['leaflet'], waits: {}, note: 'none' }
  assert.deepEqual(cell.state(), expected)
  assert.deepEqual(cell.about('committing'), [{ type: 'committing', turn }])
  const { change: _, ...commit } = cell.commit(turn) ?? assert.fail('no commit')
  assert.deepEqual(commit, {
    turn,
    to: { component: 'box', key: 'one' },
    message: 'open',
    caller: { identity: 'ada', connection: null },
    lease: 1,
    epoch: 7,
    base: 0,
    version: VERSION,
    nowMs: NOW_MS,
    cause: { type: 'request', request: turn, idempotency: null },
    outcome: { type: 'replied', output: null },
    waitUntilMs: null,
    sends: [],
    timers: [],
    events: [],
    replies: [],
  })
})

test('runs the handler alone when the entity of a creating message is there already', async () => {
  const cell = cellOf(
    box({
      initial: () => assert.fail('born twice'),
      handlers: { open: (state) => Object.assign(state, { size: 9 }) && undefined },
    }),
  )
  cell.keep(boxOf('a'))
  cell.deliver('open', { input: { size: 5 } })
  await cell.settle()
  assert.deepEqual(cell.state(), { ...boxOf('a'), size: 9 })
})

test('reports a message to an entity that is not there as missing', async () => {
  const cell = cellOf(box())
  const turn = cell.deliver('put', { input: { item: 'a' } })
  const read = cell.read('peek')
  await cell.settle()
  assert.deepEqual(cell.about('missing'), [
    { type: 'missing', turn: read, revision: 0 },
    { type: 'missing', turn, revision: 0 },
  ])
  assert.deepEqual(cell.loads, ['one'])
})

test('computes each turn on the uncommitted result of the one before', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  await cell.settle()
  cell.deliver('put', { input: { item: 'a' } })
  cell.deliver('put', { input: { item: 'b' } })
  cell.deliver('put', { input: { item: 'c' } })
  await cell.settle()
  assert.deepEqual(
    cell.commits.map(({ base }) => base),
    [1, 2, 3],
  )
  assert.deepEqual(cell.state(), boxOf('a', 'b', 'c'))
  assert.deepEqual(cell.loads, ['one'])
})

test('holds an entity while its turn awaits, and runs others meanwhile', async () => {
  const order: string[] = []
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const cell = cellOf(
    box({
      handlers: {
        put: async (_state, { item }, turn) => {
          order.push(`${turn.key} ${String(item)} starts`)
          if (item === 'slow') await gate
          order.push(`${turn.key} ${String(item)} ends`)
          return { count: 0 }
        },
      },
    }),
  )
  for (const key of ['one', 'two']) cell.keep(boxOf(), { key })
  cell.deliver('put', { input: { item: 'slow' } })
  cell.deliver('put', { input: { item: 'next' } })
  cell.deliver('put', { key: 'two', input: { item: 'other' } })
  await cell.settle()
  assert.deepEqual(order, ['one slow starts', 'two other starts', 'two other ends'])
  assert.equal(cell.engine.idle, false)
  go()
  await cell.settle()
  assert.deepEqual(order.slice(3), ['one slow ends', 'one next starts', 'one next ends'])
  assert.equal(cell.engine.idle, true)
})

test('answers a request that changed nothing without a commit', async () => {
  const cell = cellOf(box({ handlers: { put: () => ({ count: 0 }) } }))
  cell.keep(boxOf())
  const turn = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  const outcome = { type: 'replied', output: '{"count":0,"unit":"pieces"}' }
  assert.deepEqual(cell.about('answered'), [{ type: 'answered', turn, revision: 1, sequence: 0, outcome }])
  assert.deepEqual(cell.commits, [])
})

test('commits the outcome of a request with an idempotency key even if nothing changed', async () => {
  const cell = cellOf(box({ handlers: { put: () => ({ count: 0 }) } }))
  cell.keep(boxOf())
  const cause = { type: 'request', request: 1, idempotency: { key: 'k', fingerprint: 'f' } } as const
  const turn = cell.deliver('put', { input: { item: 'a' }, cause })
  await cell.settle()
  assert.deepEqual(cell.commit(turn)?.change, { type: 'keep' })
  assert.equal(cell.records.get('one')?.revision, 2)
})

test('commits the outcome of a message and of a timer, to consume them', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const row = { type: 'message', row: 5, sender: null, continuation: null, fate: null } as const
  const message = cell.deliver('poke', { cause: row })
  const timer = cell.deliver('poke', { cause: { type: 'timer', name: 'nap', row: 6 } })
  await cell.settle()
  assert.deepEqual(cell.commit(message)?.change, { type: 'keep' })
  assert.deepEqual(cell.commit(timer)?.cause, { type: 'timer', name: 'nap', row: 6 })
  assert.equal(cell.commit(timer)?.base, 2)
})

test('initial gets the key, the input, and what a birth can do', async () => {
  const seen: unknown[] = []
  const cell = cellOf(
    box({
      initial: (key, input, turn) => {
        seen.push(key, input, turn.now, typeof turn.uuid(), turn.random() < 1)
        return boxOf()
      },
    }),
  )
  cell.deliver('open', { input: { size: 4 } })
  await cell.settle()
  assert.deepEqual(seen, ['one', { size: 4 }, NOW_MS, 'string', true])
})

test('a faulted turn leaves no trace, and the next is computed from the same state', async () => {
  const cell = cellOf(
    box({
      handlers: {
        poke(state, _input, turn) {
          state.items.push('half')
          turn.publish('added', { item: 'half' })
          throw new Error('slipped')
        },
      },
    }),
  )
  cell.keep(boxOf())
  const faulted = cell.deliver('poke')
  cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  const [told] = cell.about('faulted', faulted)
  assert.equal(told?.revision, 1)
  assert.equal(told?.fault.code, 'HANDLER_FAILED')
  assert.equal(told?.fault.message, "The handler of 'poke' threw: slipped")
  assert.match(told?.fault.stack ?? '', /turns\.test\.ts/)
  assert.deepEqual(cell.state(), boxOf('a'))
  assert.deepEqual(
    cell.commits.flatMap(({ events }) => events),
    [],
  )
})

test('reports what is thrown though it is no error', async () => {
  const cell = cellOf(
    box({
      handlers: {
        poke() {
          throw 'a text'
        },
        put() {
          throw Object.create(null)
        },
      },
    }),
  )
  cell.keep(boxOf())
  const text = cell.deliver('poke')
  const bare = cell.deliver('put', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.fault(text)?.message, "The handler of 'poke' threw: a text")
  assert.match(cell.fault(bare)?.message ?? '', /cannot be written as text/)
})

test('refuses a message that the component does not have', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const turn = cell.deliver('putt', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'MESSAGE_NOT_HANDLED')
  assert.match(cell.fault(turn)?.message ?? '', /Did you mean 'put'\?/)
})

test('refuses an input that does not satisfy its schema', async () => {
  const cell = cellOf(box())
  cell.keep(boxOf())
  const wrong = cell.deliver('put', { input: { itm: 'a' } })
  const extra = cell.deliver('poke', { input: { item: 'a' } })
  await cell.settle()
  assert.equal(cell.fault(wrong)?.code, 'INPUT_INVALID')
  assert.match(cell.fault(extra)?.message ?? '', /takes no value/)
})

test('a handler sees its turn: key, time, caller, config', async () => {
  const seen: unknown[] = []
  const cell = cellOf(
    box({
      handlers: {
        poke(_state, input, turn) {
          seen.push(input, turn.key, turn.now, turn.caller, turn.config)
          assert.throws(() => Object.assign(turn.config as object, { fee: 3 }), TypeError)
        },
      },
    }),
    { config: { fee: 2 } },
  )
  cell.keep(boxOf())
  cell.deliver('poke', { caller: { identity: 'bob', connection: 'c1' } })
  await cell.settle()
  assert.deepEqual(seen, [undefined, 'one', NOW_MS, { identity: 'bob', connection: 'c1' }, { fee: 2 }])
})

test('destroys an entity with its timers, and the next message finds none', async () => {
  const cell = cellOf(
    box({
      handlers: {
        poke(_state, _input, turn) {
          turn.after(5, 'later')['poke']?.()
          turn.destroy()
        },
      },
    }),
  )
  cell.keep(boxOf('a'))
  const destroying = cell.deliver('poke')
  const missing = cell.deliver('put', { input: { item: 'b' } })
  const creating = cell.deliver('open', { input: {} })
  await cell.settle()
  assert.deepEqual(cell.commit(destroying)?.change, { type: 'destroy' })
  assert.deepEqual(cell.commit(destroying)?.timers, [])
  assert.deepEqual(cell.about('missing', missing), [{ type: 'missing', turn: missing, revision: 0 }])
  assert.equal(cell.commit(creating)?.base, 0)
  assert.deepEqual(cell.state(), boxOf())
})

test('an entity that is destroyed by its first turn leaves nothing', async () => {
  const cell = cellOf(box({ handlers: { open: (_state, _input, turn) => turn.destroy() } }))
  const turn = cell.deliver('open', { input: {} })
  cell.deliver('open', { input: {} })
  await cell.settle()
  assert.deepEqual(cell.commit(turn)?.change, { type: 'destroy' })
  assert.deepEqual(cell.refused, [])
  assert.equal(cell.records.size, 0)
})

test('runs attached and detached handlers with the connection', async () => {
  const seen: string[] = []
  const cell = cellOf(
    box({
      attached: (state, connection, turn) => {
        state.note = connection
        seen.push(`${turn.key} ${connection} came`)
      },
    }),
  )
  cell.keep(boxOf())
  const caller = { identity: 'ada', connection: 'c9' }
  const came = cell.deliver('@attached', { caller, cause: { type: 'connection', event: 'attached' } })
  const went = cell.deliver('@detached', { caller, cause: { type: 'connection', event: 'detached' } })
  const nobody = cell.deliver('@attached', { key: 'two', caller, cause: { type: 'connection', event: 'attached' } })
  await cell.settle()
  assert.deepEqual(seen, ['one c9 came'])
  assert.equal(cell.commit(came)?.change.type, 'put')
  assert.deepEqual(cell.about('answered', went)[0]?.outcome, { type: 'replied', output: null })
  assert.equal(cell.about('missing', nobody).length, 1)
})

test('makes the cache once, at its first use', async () => {
  let made = 0
  const component = box({
    cache: () => {
      made += 1
      return { seen: [] as string[] }
    },
    handlers: {
      put(_state, { item }, turn) {
        const { seen } = turn.cache as { seen: unknown[] }
        seen.push(item)
        return { count: seen.length }
      },
    },
  })
  const cell = cellOf(component)
  cell.keep(boxOf())
  cell.deliver('poke')
  await cell.settle()
  assert.equal(made, 0)
  cell.deliver('put', { input: { item: 'a' } })
  const second = cell.deliver('put', { input: { item: 'b' } })
  await cell.settle()
  assert.equal(made, 1)
  assert.deepEqual(cell.about('answered', second)[0]?.outcome, {
    type: 'replied',
    output: '{"count":2,"unit":"pieces"}',
  })
})

test('takes time and randomness of the realm from the turn, the same when it runs again', async () => {
  const seen: unknown[][] = []
  const cell = cellOf(
    box({
      handlers: {
        async poke(_state, _input, turn) {
          const before = cell.world()
          await Promise.resolve()
          const after = cell.world()
          seen.push([before === after, after?.nowMs(), after?.random(), turn.random(), turn.uuid(), after?.uuid()])
        },
      },
    }),
  )
  cell.keep(boxOf())
  cell.deliver('poke', { seed: 'x' })
  cell.deliver('poke', { seed: 'x' })
  cell.deliver('poke', { seed: 'y' })
  await cell.settle()
  const [first = [], again = [], other = []] = seen
  assert.deepEqual(first.slice(0, 2), [true, NOW_MS])
  assert.deepEqual(again, first)
  assert.notEqual(other[2], first[2])
  assert.notEqual(first[2], first[3])
  assert.notEqual(first[4], first[5])
})

test('writes log lines with what JSON cannot say written as text, and bounds them', async () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const cell = cellOf(
    box({
      handlers: {
        poke(_state, _input, turn) {
          turn.log('plain', { a: 1 })
          turn.log('bare')
          turn.log('circular', circular)
          turn.log('error', { error: new TypeError('oh') })
          turn.log('long', { text: 'x'.repeat(20_000) })
          for (let i = 0; i < 2_000; i++) turn.log('flood')
        },
      },
    }),
  )
  cell.keep(boxOf())
  cell.deliver('poke')
  await cell.settle()
  const lines = cell.about('log')
  assert.deepEqual(
    lines.slice(0, 4).map(({ data }) => data),
    ['{"a":1}', null, '"[object Object]"', '{"error":{"name":"TypeError","message":"oh"}}'],
  )
  assert.ok((lines[4]?.data?.length ?? 0) < 20_000)
  assert.equal(lines.length, 1_001)
  assert.match(lines.at(-1)?.message ?? '', /further lines of this turn are dropped/)
})
