/** What authors get wrong at run time, where TypeScript did not see it: each with its code and, for a name, the near one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { callsOf } from './calls.ts'
import { component } from './component.ts'
import { connector } from './connector.ts'
import { contract } from './contract.ts'
import { http } from './http.ts'
import { isAuthored } from './kind.ts'
import { migration, within } from './migration.ts'
import { isRejection, rejectionError } from './rejection.ts'
import { route } from './route.ts'
import { every } from './schedule.ts'
import { system } from './system.ts'

const key = z.string().max(9)
const Lot = contract('lot', {
  key,
  messages: { open: { creates: true }, bid: { input: z.strictObject({ n: z.int() }) }, look: { read: true } },
})
const state = z.strictObject({ n: z.int() })
const behaviour = { initial: () => ({ n: 0 }), handlers: { open() {}, bid() {}, look() {} } }
const lot = component(Lot, { state }).implement(behaviour)

/** Calls a function as JavaScript does, without the types that would refuse. */
const untyped = (fn: unknown, ...given: unknown[]): unknown => Reflect.apply(fn as () => unknown, undefined, given)
const refuses = (code: string, fn: unknown, given: unknown[], pattern = /./) =>
  assert.throws(
    () => untyped(fn, ...given),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, code)
      assert.match(error.message, pattern)
      return true
    },
  )

test('makes plain frozen data, and leaves schemas and apps alone', () => {
  assert.equal(lot.kind, 'component')
  assert.ok(Object.isFrozen(lot) && Object.isFrozen(lot.behaviour.handlers) && Object.isFrozen(Lot.definition.messages))
  assert.ok(!Object.isFrozen(state))
  const app = { fetch: () => new Response(), cache: {} }
  assert.equal(route(app).app, app)
  assert.ok(!Object.isFrozen(app))
  assert.deepEqual(lot.permissions, { fetch: [], node: [] })
  assert.equal(lot.hardened, true)
  assert.equal(component(Lot, { state, hardened: false }).implement(behaviour).hardened, false)
})

test('tells what was made by our functions from what looks like it', () => {
  assert.ok(isAuthored(lot))
  assert.ok(isAuthored(system({ name: 'x', components: [lot] })))
  for (const other of [null, 1, {}, { kind: 'component' }, Object.freeze({ kind: 'http' })])
    assert.ok(!isAuthored(other))
})

test('refuses names that no component can have', () => {
  for (const name of ['', 'Lot', '1lot', 'lot_1', 'a'.repeat(64), 'lot/1', '../lot', 7, undefined]) {
    refuses('COMPONENT_NAME_INVALID', contract, [name, { key, messages: {} }])
  }
  contract('a'.repeat(63), { key, messages: {} })
  refuses('COMPONENT_NAME_INVALID', system, [{ name: 'Auction House', components: [] }])
})

test('refuses names of messages, events, indexes and codes that cannot be', () => {
  for (const name of ['then', 'on', 'constructor', '__proto__', 'toJSON', 'place-bid', '']) {
    refuses('MESSAGE_NAME_INVALID', contract, ['lot', { key, messages: JSON.parse(`{${JSON.stringify(name)}:{}}`) }])
  }
  refuses('MEMBER_NAME_INVALID', contract, ['lot', { key, messages: {}, events: { 'a b': state } }])
  refuses('MEMBER_NAME_INVALID', component, [Lot, { state, indexes: { valueOf: () => 1 } }])
  refuses('REJECTION_CODE_INVALID', contract, ['lot', { key, messages: { bid: { rejects: { tooLow: state } } } }])
  refuses(
    'REJECTION_CODE_INVALID',
    contract,
    ['lot', { key, messages: { bid: { rejects: { NOT_FOUND: state } } } }],
    /host's own/,
  )
})

test('refuses a contract with a field or an access that there is not', () => {
  refuses('CONTRACT_INVALID', contract, ['lot', { key, mesages: {} }], /Did you mean 'messages'\?/)
  refuses(
    'CONTRACT_INVALID',
    contract,
    ['lot', { key, messages: { bid: { acces: 'self' } } }],
    /Did you mean 'access'\?/,
  )
  refuses(
    'CONTRACT_INVALID',
    contract,
    ['lot', { key, messages: { bid: { access: 'publik' } } }],
    /Did you mean 'public'\?/,
  )
  refuses('CONTRACT_INVALID', contract, ['lot', { key, messages: { bid: { read: true, creates: true } } }])
  refuses('CONTRACT_INVALID', contract, ['lot', { messages: {} }])
  refuses('CONTRACT_INVALID', contract, ['lot', { key }])
  refuses('CONTRACT_INVALID', contract, ['lot', null])
})

test('refuses a component with parts that there are not', () => {
  refuses('COMPONENT_INVALID', component, [Lot, { state, migration: [] }], /Did you mean 'migrations'\?/)
  refuses('COMPONENT_INVALID', component, [Lot, { state: {} }], /'state' is not a schema/)
  refuses('COMPONENT_INVALID', component, [Lot, { state, migrations: [{}] }], /migrations\[0\]/)
  refuses('COMPONENT_INVALID', component(Lot, { state }).implement, [{ initial() {} }], /handlers/)
  refuses('COMPONENT_INVALID', component(Lot, { state }).implement, [{ ...behaviour, invariant: {} }], /'invariants'/)
  refuses('COMPONENT_INVALID', component, [Lot, null])
})

test('refuses permissions that are no host and no built-in', () => {
  for (const permissions of [
    { fetch: ['https://x.example'] },
    { fetch: ['x.example/a'] },
    { node: ['zlib'] },
    { files: [] },
  ]) {
    refuses('PERMISSION_INVALID', component, [Lot, { state, permissions }])
  }
  component(Lot, {
    state,
    permissions: { fetch: ['api.example.com:8443', '[::1]:80', 'localhost'], node: ['node:fs/promises'] },
  })
})

test('refuses a connector that would have entities, or secrets that no variable can hold', () => {
  refuses('CONNECTOR_INVALID', connector, [Lot, {}], /'open' creates/)
  const Mail = contract('mail', { key, messages: { deliver: {} } })
  refuses('CONNECTOR_INVALID', connector, [Mail, { secrets: ['smtp url'] }])
  refuses('CONNECTOR_INVALID', connector(Mail, {}).implement, [{}])
})

test('refuses a route without fetch', () => {
  refuses('ROUTE_INVALID', route, [{}])
  refuses('ROUTE_INVALID', route, [undefined])
})

test('refuses gateways that cannot listen', () => {
  for (const port of [-1, 65_536, 1.5, '80', undefined]) refuses('GATEWAY_INVALID', http, [{ port, expose: [] }])
  refuses('GATEWAY_INVALID', http, [{ port: 1, expose: [], host: '' }])
  refuses('GATEWAY_INVALID', http, [{ port: 1, expose: [], authentikate: () => '' }], /Did you mean 'authenticate'\?/)
  refuses(
    'GATEWAY_INVALID',
    http,
    [{ port: 1, expose: [], routes: { admin: route({ fetch: () => new Response() }) } }],
    /'\/'/,
  )
  refuses('GATEWAY_INVALID', http, [{ port: 1, expose: [], routes: { '/': {} } }])
  refuses('GATEWAY_INVALID', http, [{ port: 1 }])
})

test('refuses a system with two parts of one name, or with parts that are none', () => {
  refuses('SYSTEM_INVALID', system, [{ name: 'x', components: [lot, lot] }], /'lot'/)
  refuses('SYSTEM_INVALID', system, [{ name: 'x', components: [Lot] }], /components\[0\] is not made by component/)
  refuses('SYSTEM_INVALID', system, [{ name: 'x', components: [], gateways: [{}] }], /gateways\[0\]/)
  refuses('SYSTEM_INVALID', system, [{ name: 'x', components: [], schedule: {} }], /Did you mean 'schedules'\?/)
  refuses('SYSTEM_INVALID', system, [
    { name: 'x', components: [], schedules: { 'a b': every('1d').send(Lot, 'l').open() } },
  ])
  refuses('SYSTEM_INVALID', system, [{ name: 'x' }])
})

test('reads intervals from a second to a year', () => {
  const everyMs = (interval: `${number}d`) => every(interval).send(Lot, 'l').bid({ n: 1 }).everyMs
  assert.equal(everyMs('366d'), 366 * 86_400_000)
  assert.deepEqual(every('15m').send(Lot, 'l').bid({ n: 1 }), {
    kind: 'schedule',
    every: '15m',
    everyMs: 900_000,
    component: 'lot',
    key: 'l',
    message: 'bid',
    input: { n: 1 },
  })
  for (const interval of ['0s', '1.5h', '-1s', '1e3s', '367d', '1 day', '', 'd', '1w', 5])
    refuses('INTERVAL_INVALID', every, [interval])
})

test('names the near message for one that there is not', () => {
  const calls = callsOf(Lot, (message, input) => [message, input])
  assert.deepEqual(calls['bid']?.({ n: 1 }), ['bid', { n: 1 }])
  assert.throws(() => calls['bidd'], {
    code: 'MESSAGE_UNKNOWN',
    message: "lot has no message 'bidd'. Did you mean 'bid'?",
  })
  assert.throws(() => calls['constructor'], { code: 'MESSAGE_UNKNOWN' })
  assert.equal(calls['then'], undefined)
  assert.ok('bid' in calls && !('bidd' in calls))
})

test('refuses a migration without a reason, or with half a way', () => {
  refuses('MIGRATION_INVALID', migration, [{ because: ' ' }])
  refuses('MIGRATION_INVALID', migration, [{ because: 'x', states: {} }], /Did you mean 'state'\?/)
  refuses('MIGRATION_INVALID', migration, [{ because: 'x', state: { down() {} } }], /no 'up'/)
  refuses(
    'MIGRATION_INVALID',
    migration,
    [{ because: 'x', messages: { bid: { rejects: { LOW: { up() {} } } } } }],
    /messages\.bid\.rejects\.LOW/,
  )
  refuses('MIGRATION_INVALID', within, [-1])
  refuses('MIGRATION_INVALID', within, [Number.NaN])
  assert.deepEqual(within(0.5), { within: 0.5 })
})

test('tells the rejections of one message from all other errors', () => {
  const error = rejectionError({ component: 'lot', message: 'bid' }, { code: 'LOW', data: { n: 1 } })
  assert.ok(isRejection(error, Lot, 'bid'))
  assert.ok(!isRejection(error, Lot, 'open'))
  assert.ok(!isRejection(error, contract('other', { key, messages: { bid: {} } }), 'bid'))
  for (const other of [
    null,
    'LOW',
    Object.assign(new Error('x'), { code: 'LOW', rejection: null }),
    Object.assign({}, error),
  ]) {
    assert.ok(!isRejection(other, Lot, 'bid'))
  }
})
