import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../../../base/index.ts'
import type { CallResult, FetchedResponse, Recorded } from '../../../turn/index.ts'
import { CALLS_MAX } from './bounds.ts'
import { Box, type BoxTurn, box, boxOf, Shelf } from './fake-box.testing.ts'
import { cellOf, type FakeCell } from './fake-cell.testing.ts'

const API = 'https://api.example.com/sold'
const response: FetchedResponse = { url: API, status: 201, statusText: 'Created', headers: [], body: btoa('done') }
const fetched: CallResult = { type: 'fetched', response }

/** Runs `poke` with a handler that waits; `seen` is what it returned or threw. */
function waiting(wait: (turn: BoxTurn) => Promise<unknown>, recorded: readonly Recorded[] = []) {
  const seen: { value?: unknown; error?: Error & { code?: string } } = {}
  const cell = cellOf(
    box({
      fetch: ['api.example.com'],
      handlers: {
        async poke(state, _input, turn) {
          try {
            seen.value = await wait(turn)
            state.note = 'waited'
          } catch (error) {
            seen.error = error as Error
            throw error
          }
        },
      },
    }),
  )
  cell.keep(boxOf())
  const turn = cell.deliver('poke', { recorded })
  return { cell, turn, seen }
}

async function answered(cell: FakeCell, turn: number, ...results: CallResult[]): Promise<void> {
  await cell.settle()
  cell.receive(...results.map((result, call) => ({ type: 'result', turn, call, result }) as const))
  await cell.settle()
}

test('asks another entity, and goes on with the reply', async () => {
  const { cell, turn, seen } = waiting((turn) => turn.ask(Shelf, 's')['count']?.() ?? assert.fail())
  await answered(cell, turn, { type: 'settled', outcome: { type: 'replied', output: '{"slots":4}' } })
  const to = { component: 'shelf', key: 's' }
  assert.deepEqual(cell.about('ask'), [{ type: 'ask', turn, call: 0, to, message: 'count', input: null }])
  assert.deepEqual(seen.value, { slots: 4 })
  assert.equal(cell.commit(turn)?.change.type, 'put')
})

test('asks are numbered, and answered in any order', async () => {
  const { cell, turn, seen } = waiting((turn) => Promise.all(['a', 'b'].map((key) => turn.ask(Box, key)['peek']?.())))
  await cell.settle()
  const reply = (item: string): CallResult => ({ type: 'settled', outcome: { type: 'replied', output: `"${item}"` } })
  cell.receive({ type: 'result', turn, call: 1, result: reply('of b') })
  await cell.settle()
  cell.receive({ type: 'result', turn, call: 0, result: reply('of a') })
  await cell.settle()
  assert.deepEqual(seen.value, ['of a', 'of b'])
})

test('a rejected ask throws what the receiver said, and the turn that lets it pass is a fault', async () => {
  const { cell, turn, seen } = waiting((turn) => turn.ask(Box, 'b')['peek']?.() ?? assert.fail())
  await answered(cell, turn, { type: 'settled', outcome: { type: 'rejected', code: 'HIDDEN', data: '{}' } })
  assert.deepEqual(
    { ...seen.error },
    {
      name: 'Rejection',
      code: 'HIDDEN',
      data: {},
      rejection: { component: 'box', message: 'peek' },
    },
  )
  assert.equal(cell.fault(turn)?.code, 'HANDLER_FAILED')
})

test("what the host answers on anyone's behalf is a rejection, other failures are errors", async () => {
  const missing = waiting((turn) => turn.ask(Box, 'b')['peek']?.() ?? assert.fail())
  await answered(missing.cell, missing.turn, { type: 'failed', code: 'NOT_FOUND', message: 'nobody' })
  assert.deepEqual(
    { ...missing.seen.error },
    {
      name: 'Rejection',
      code: 'NOT_FOUND',
      data: {},
      rejection: { component: 'box', message: 'peek' },
    },
  )
  const failed = waiting((turn) => turn.ask(Box, 'b')['peek']?.() ?? assert.fail())
  await answered(failed.cell, failed.turn, { type: 'failed', code: 'HANDLER_FAILED', message: 'it broke' })
  assert.deepEqual({ ...failed.seen.error }, { code: 'HANDLER_FAILED' })
  assert.equal(failed.seen.error?.message, 'it broke')
})

test('refuses asks of what is no read', async () => {
  const check = async (ask: (turn: BoxTurn) => unknown, message: RegExp) => {
    const { cell, turn } = waiting(async (turn) => await ask(turn))
    await cell.settle()
    assert.equal(cell.fault(turn)?.code, 'ASK_INVALID')
    assert.match(cell.fault(turn)?.message ?? '', message)
    assert.deepEqual(cell.about('ask'), [])
  }
  await check((turn) => turn.ask({}, 's'), /no contract/)
  await check((turn) => turn.ask(Shelf, 5), /a key is a well-formed text/)
  await check((turn) => turn.ask(Shelf, 's')['store']?.({ item: 'a' }), /no read; send it/)
  await check((turn) => turn.ask(Shelf, 's')['secret']?.(), /kept to itself/)
  await check((turn) => turn.ask(Shelf, 's')['count']?.(new Map()), /is a Map/)
  await check((turn) => turn.list({}, { limit: 1 }), /no contract/)
  await check((turn) => turn.list(Box, undefined), /a list has a limit/)
  await check((turn) => turn.list(Box, { limit: 0 }), /from 1 to 1000; got 0/)
  await check((turn) => turn.list(Box, { limit: 1, prefix: 1 }), /prefix is a text/)
  await check((turn) => turn.list(Box, { limit: 1, after: 1 }), /'after' is a key/)
  await check((turn) => turn.list(Box, { limit: 1, where: { size: {} } }), /'size' is none/)
})

test('lists keys through the store', async () => {
  const { cell, seen } = waiting((turn) => turn.list(Box, { limit: 2, prefix: 'o', where: { full: true } }))
  cell.keep(boxOf(), { key: 'other' })
  cell.keep(boxOf(), { key: 'two' })
  await cell.settle()
  assert.deepEqual(seen.value, ['one', 'other'])
})

test('a list that the store cannot give throws with its code', async () => {
  const { cell, seen } = waiting((turn) => turn.list(Box, { limit: 2 }))
  // The record is loaded first; then the store begins to fail.
  cell.settleOnce()
  cell.storeFails = { code: 'STORE_IO', message: 'no disk' }
  await cell.settle()
  assert.equal(seen.error?.code, 'STORE_IO')
})

test('fetches through the host', async () => {
  const { cell, turn, seen } = waiting(async (turn) => {
    const got = await turn.fetch(API, { method: 'POST', body: 'lot' })
    return [got.status, await got.text()]
  })
  await answered(cell, turn, fetched)
  const request = { url: API, method: 'POST', headers: [], body: btoa('lot') }
  assert.deepEqual(cell.about('fetch'), [{ type: 'fetch', turn, call: 0, request }])
  assert.deepEqual(seen.value, [201, 'done'])
})

test('a fetch that fails is a TypeError with the code of the host', async () => {
  const { cell, turn, seen } = waiting((turn) => turn.fetch(API))
  await answered(cell, turn, { type: 'failed', code: 'FETCH_FAILED', message: 'no route' })
  assert.ok(seen.error instanceof TypeError)
  assert.equal(codeOf(seen.error), 'FETCH_FAILED')
})

test('refuses to fetch from a host that was not declared', async () => {
  for (const url of [
    'https://evil.example.com/',
    'https://api.example.com:444/',
    'https://api.example.com@evil.com/',
    'ftp://api.example.com/',
  ]) {
    const { cell, turn } = waiting((turn) => turn.fetch(url))
    await cell.settle()
    assert.equal(cell.fault(turn)?.code, 'FETCH_NOT_PERMITTED')
    assert.deepEqual(cell.about('fetch'), [])
  }
})

test('a turn that runs again gets the recorded responses, and asks anew for the rest', async () => {
  const request = JSON.stringify({ body: null, headers: [], method: 'GET', url: API })
  const recorded: Recorded[] = [{ call: 0, request, result: fetched }]
  const { cell, turn, seen } = waiting(async (turn) => {
    const first = await turn.fetch(API)
    const second = await turn.fetch(API)
    return [await first.text(), await second.text()]
  }, recorded)
  await cell.settle()
  assert.deepEqual(
    cell.about('fetch').map(({ call }) => call),
    [1],
  )
  cell.receive({
    type: 'result',
    turn,
    call: 1,
    result: { type: 'fetched', response: { ...response, body: btoa('new') } },
  })
  await cell.settle()
  assert.deepEqual(seen.value, ['done', 'new'])
})

test('a recorded response is not given to another request', async () => {
  const request = JSON.stringify({ url: `${API}?of=another`, method: 'GET', headers: [], body: null })
  const { cell } = waiting((turn) => turn.fetch(API), [{ call: 0, request, result: fetched }])
  await cell.settle()
  assert.equal(cell.about('fetch').length, 1)
})

test('recorded responses find their requests, whatever the order in which they are made', async () => {
  const record = (call: number, path: string, body: string): Recorded => ({
    call,
    request: JSON.stringify({ url: API + path, method: 'GET', headers: [], body: null }),
    result: { type: 'fetched', response: { ...response, body: btoa(body) } },
  })
  const recorded = [record(4, '', 'second'), record(0, '?a', 'of a'), record(2, '', 'first')]
  const { cell, seen } = waiting(async (turn) => {
    const texts: string[] = []
    for (const path of ['', '', '?a']) texts.push(await (await turn.fetch(API + path)).text())
    return texts
  }, recorded)
  await cell.settle()
  assert.deepEqual(seen.value, ['first', 'second', 'of a'])
  assert.deepEqual(cell.about('fetch'), [])
})

test('one turn has a bounded number of calls', async () => {
  const { cell, turn } = waiting((turn) =>
    Promise.all(Array.from({ length: CALLS_MAX + 1 }, () => turn.ask(Shelf, 's')['count']?.())),
  )
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'EFFECTS_TOO_MANY')
  assert.equal(cell.about('ask').length, CALLS_MAX)
})

test('every use of a turn after its end throws TURN_ENDED', async () => {
  let kept: BoxTurn | undefined
  const cell = cellOf(
    box({
      handlers: {
        poke(_state, _input, turn) {
          kept = turn
        },
      },
    }),
  )
  cell.keep(boxOf())
  const number = cell.deliver('poke')
  await cell.settle()
  const turn = kept ?? assert.fail('not run')
  const uses: Record<string, () => unknown> = {
    key: () => turn.key,
    now: () => turn.now,
    config: () => turn.config,
    caller: () => turn.caller,
    cache: () => turn.cache,
    fetch: () => turn.fetch,
    log: () => turn.log('x'),
    reject: () => turn.reject('FULL', { size: 1 }),
    uuid: () => turn.uuid(),
    random: () => turn.random(),
    ask: () => turn.ask(Shelf, 's'),
    send: () => turn.send(Shelf, 's'),
    after: () => turn.after(1, 'x'),
    cancel: () => turn.cancel('x'),
    publish: () => turn.publish('added', { item: 'a' }),
    defer: () => turn.defer({ deadline: 1 }),
    reply: () => turn.reply('x'),
    rejectTo: () => turn.rejectTo('x', 'FULL', {}),
    destroy: () => turn.destroy(),
  }
  for (const [use, run] of Object.entries(uses)) {
    assert.throws(run, { code: 'TURN_ENDED', message: `turn.${use} was used after turn ${number} had ended` })
  }
  await assert.rejects(turn.list(Shelf, { limit: 1 }), { code: 'TURN_ENDED' })
})

test('calls, fetch and world that outlive their turn are dead too', async () => {
  const kept: { send?: () => unknown; ask?: () => unknown; fetch?: typeof fetch; after?: () => unknown } = {}
  const cell = cellOf(
    box({
      fetch: ['api.example.com'],
      handlers: {
        poke(_state, _input, turn) {
          const [send, ask, after] = [turn.send(Shelf, 's'), turn.ask(Shelf, 's'), turn.after(1, 'x')]
          Object.assign(kept, { fetch: turn.fetch })
          kept.send = () => send['clear']?.()
          kept.ask = () => ask['count']?.()
          kept.after = () => after['poke']?.()
        },
      },
    }),
  )
  cell.keep(boxOf())
  cell.deliver('poke')
  await cell.settle()
  assert.throws(() => kept.send?.(), { code: 'TURN_ENDED' })
  assert.throws(() => kept.after?.(), { code: 'TURN_ENDED' })
  await assert.rejects(async () => kept.ask?.(), { code: 'TURN_ENDED' })
  await assert.rejects(async () => kept.fetch?.(API), { code: 'TURN_ENDED' })
})

test('an answer to a call that nobody awaits any more wakes nobody', async () => {
  const cell = cellOf(box({ handlers: { poke: (_state, _input, turn) => void turn.ask(Shelf, 's')['count']?.() } }))
  cell.keep(boxOf())
  const turn = cell.deliver('poke')
  await answered(cell, turn, { type: 'settled', outcome: { type: 'replied', output: '{"slots":4}' } })
  assert.equal(cell.about('answered', turn).length, 1)
})

test('marks the turn that holds the thread, also when it goes on after an answer', async () => {
  let during: number | undefined
  const { cell, turn } = waiting(async (turn) => {
    await turn.ask(Shelf, 's')['count']?.()
    during = cell.held.at(-1)
  })
  await cell.settle()
  assert.deepEqual(cell.held, [turn, 0])
  await answered(cell, turn, { type: 'settled', outcome: { type: 'replied', output: '{"slots":4}' } })
  assert.equal(during, turn)
  assert.equal(cell.held.at(-1), 0)
})

test('marks nobody any more when a turn that went on waits again', async () => {
  const { cell, turn } = waiting(async (turn) => {
    await turn.ask(Shelf, 's')['count']?.()
    await turn.ask(Shelf, 's')['count']?.()
  })
  await answered(cell, turn, { type: 'settled', outcome: { type: 'replied', output: '{"slots":4}' } })
  assert.equal(cell.about('ask').length, 2)
  assert.deepEqual(cell.held, [turn, 0, turn, 0])
})

test('a list that comes after its turn was abandoned wakes nobody', async () => {
  let resumed = false
  const { cell, turn } = waiting(async (turn) => {
    await turn.list(Box, { limit: 1 })
    resumed = true
  })
  cell.settleOnce()
  cell.receive({ type: 'abandon', turn })
  await cell.settle()
  assert.equal(resumed, false)
})
