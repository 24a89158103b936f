import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pack, unpack } from './index.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const payload = fc.option(text.map((value) => JSON.stringify(value)))
const whole = fc.nat()
const to = fc.record({ component: text, key: text })
const caller = fc.record({ identity: text, connection: fc.option(text) })
const continuation = fc.option(fc.record({ then: fc.option(text), otherwise: fc.option(text), with: payload }))
const fate = fc.constantFrom('reply', 'rejection', null)
const cause = fc.oneof(
  fc.record({
    type: fc.constant('request'),
    request: whole,
    idempotency: fc.option(fc.record({ key: text, fingerprint: text })),
  }),
  fc.record({ type: fc.constant('message'), row: whole, sender: fc.option(to), continuation, fate }),
  fc.record({ type: fc.constant('timer'), name: text, row: whole }),
  fc.record({ type: fc.constant('connection'), event: fc.constantFrom('attached', 'detached') }),
)
const settled = fc.oneof(
  fc.record({ type: fc.constant('replied'), output: payload }),
  fc.record({ type: fc.constant('rejected'), code: text, data: text }),
)
const delivery = fc.record(
  {
    type: fc.constantFrom('turn', 'read'),
    turn: whole,
    to,
    lease: whole,
    message: text,
    input: payload,
    result: payload,
    caller,
    cause,
    nowMs: whole,
    seed: text,
    recorded: fc.array(
      fc.record({ call: whole, request: text, result: fc.record({ type: fc.constant('settled'), outcome: settled }) }),
      { maxLength: 2 },
    ),
  },
  {
    requiredKeys: ['type', 'turn', 'to', 'lease', 'message', 'input', 'caller', 'cause', 'nowMs', 'seed', 'recorded'],
  },
)
const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 2 })
const commit = fc.record({
  type: fc.constant('commit'),
  commit: fc.record({
    turn: whole,
    to,
    message: text,
    caller,
    epoch: whole,
    lease: whole,
    base: whole,
    version: text,
    nowMs: whole,
    cause,
    change: fc.oneof(
      fc.record({
        type: fc.constant('put'),
        state: text,
        indexes: few(fc.record({ name: text, value: fc.oneof(text, whole, fc.boolean()) })),
      }),
      fc.record({ type: fc.constantFrom('keep', 'destroy', 'none') }),
    ),
    outcome: fc.oneof(settled, fc.record({ type: fc.constant('deferred'), token: text })),
    waitUntilMs: fc.option(whole),
    sends: few(fc.record({ to, message: text, input: payload, continuation })),
    timers: few(fc.record({ type: fc.constant('cancel'), name: text })),
    events: few(fc.record({ event: text, data: text })),
    replies: few(fc.record({ token: text, outcome: settled })),
  }),
})
const verdict = fc.record({
  type: fc.constant('verdict'),
  verdict: fc.oneof(
    fc.record({
      type: fc.constant('committed'),
      turn: whole,
      to,
      commit: whole,
      revision: whole,
      destroyed: fc.boolean(),
      events: few(fc.record({ event: text, data: text, sequence: whole })),
      answers: few(fc.record({ request: whole, answer: settled })),
      outbox: few(fc.record({ row: whole, to, message: text, input: payload, caller, fate, result: payload })),
      dueMs: fc.option(whole),
    }),
    fc.record({
      type: fc.constant('refused'),
      turn: whole,
      to,
      because: fc.constantFrom('base', 'epoch'),
      answer: fc.option(settled),
      message: text,
    }),
  ),
})
const others = fc.oneof(
  fc.record({ type: fc.constant('committing'), turn: whole }),
  fc.record({ type: fc.constant('load'), id: whole, component: text, key: text }),
  fc.record({ type: fc.constant('answered'), turn: whole, revision: whole, sequence: whole, outcome: settled }),
)

test('what one end packs the other unpacks, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(delivery, commit, verdict, others), { maxLength: 5 }), (items) => {
      const plain = JSON.parse(JSON.stringify(items)) as { type: string }[]
      assert.deepEqual(unpack(pack(plain)), plain)
    }),
  )
})

test('half a character in a text arrives as it left', () => {
  const items = [{ type: 'load', id: 1, component: 'a', key: '\ud83d' }]
  assert.deepEqual(unpack(pack(items)), items)
})
