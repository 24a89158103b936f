/** What a test is told when it asks for what is not there, or waits for what never comes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { component, contract, http, route, system } from '../index.ts'
import { type TestOptions, testSystem } from './index.ts'

const Rates = contract('rates', {
  key: z.string(),
  messages: {
    open: { creates: true, access: 'public' },
    fail: { access: 'public' },
    refresh: { access: 'public', output: z.strictObject({ problem: z.string().max(500) }) },
    spin: { access: 'public' },
  },
})
const Missing = contract('missing', { key: z.string(), messages: { open: { creates: true, access: 'public' } } })

const rates = component(Rates, {
  state: z.strictObject({}),
  permissions: { fetch: ['rates.example.com'] },
}).implement({
  initial: () => ({}),
  handlers: {
    open() {},
    fail() {
      throw new Error('no rates today')
    },
    async refresh(_state, _input, turn) {
      try {
        await turn.fetch('https://rates.example.com/eur')
        return { problem: 'none' }
      } catch (error) {
        return { problem: String(error) }
      }
    },
    spin(_state, _input, turn) {
      turn.send(Rates, turn.key).spin()
    },
  },
})

const site = route({ fetch: () => new Response('lots') })
const house = (options: TestOptions = {}) =>
  testSystem(
    system({
      name: 'house',
      components: [rates],
      gateways: [http({ port: 0, expose: [], routes: { '/lots': site } })],
    }),
    options,
  )

test('a component that the system does not have is said to be unknown', async () => {
  await using house_ = await house()
  await assert.rejects(house_.at(Missing, 'a').open(), { code: 'COMPONENT_UNKNOWN' })
})

test('a failure has the code that a client would get, and a remedy', async () => {
  await using house_ = await house()
  await house_.at(Rates, 'eur').open()
  const failure = await house_
    .at(Rates, 'eur')
    .fail()
    .catch((error: unknown) => error)
  assert.ok(failure instanceof Error && 'remedy' in failure && 'code' in failure)
  assert.equal(failure.code, 'HANDLER_FAILED')
  assert.match(String(failure.remedy), /log/)
})

test('a path that no route takes is named', async () => {
  await using house_ = await house()
  assert.equal(await (await house_.fetch(new Request('http://house/lots/1'))).text(), 'lots')
  await assert.rejects(async () => house_.fetch(new Request('http://house/lotsandlots')), {
    code: 'NO_ROUTE',
    message: /\/lotsandlots/,
  })
})

test('a fetch that the test gives no answer for fails in the turn, and says so', async () => {
  await using house_ = await house()
  await house_.at(Rates, 'eur').open()
  const { problem } = await house_.at(Rates, 'eur').refresh()
  assert.match(problem, /FETCH_NOT_STUBBED: A turn fetched https:\/\/rates.example.com\/eur/)
})

test('messages that go round for ever are told, not waited for', async () => {
  await using house_ = await house()
  await house_.at(Rates, 'eur').open()
  await house_.at(Rates, 'eur').spin()
  await assert.rejects(house_.quiet(), { code: 'NEVER_QUIET' })
})
