import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import type { Finding } from '../../base/index.ts'
import { compileValidators, redact } from '../../schema/index.ts'
import { component } from '../component.ts'
import { connector } from '../connector.ts'
import { contract } from '../contract.ts'
import { http } from '../http.ts'
import { migration, within } from '../migration.ts'
import { route } from '../route.ts'
import { every } from '../schedule.ts'
import { system } from '../system.ts'
import { cents, personal, replyTo } from '../values.ts'
import { codifyChain } from './chain.ts'
import { codifyComponent, codifyConnector } from './component.ts'
import { schemasOf } from './schemas-of.ts'
import { codifySystem } from './system.ts'

const Lot = contract('lot', {
  key: z.string().max(40),
  messages: {
    open: { creates: true },
    bid: {
      access: 'public',
      input: z.strictObject({ n: cents() }),
      output: z.strictObject({ n: cents() }),
      rejects: { LOW: z.strictObject({}) },
    },
    close: { access: 'self' },
    look: { read: true, access: 'public' },
  },
  events: { highest: z.strictObject({ n: cents() }) },
})
const state = z.strictObject({ n: cents(), by: personal(z.string().max(9)), waits: z.array(replyTo('bid')).max(3) })
const behaviour = {
  initial: () => ({ n: 0, by: '', waits: [] }),
  invariants: { 'not negative': ({ n }: { n: number }) => n >= 0 },
  handlers: { open() {}, bid: () => ({ n: 1 }), close() {}, look() {} },
  attached() {},
}
const lot = component(Lot, {
  state,
  config: z.strictObject({ fee: z.number() }),
  indexes: { byN: ({ n }) => n },
  permissions: { fetch: ['b.example', 'a.example'], node: ['node:zlib'] },
}).implement(behaviour)

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)
/** A component made without the help of TypeScript. */
const made = (changes: object): typeof lot => ({ ...lot, ...changes })
const found = (changes: object) => codifyComponent(made(changes)).findings

test('says of a component all that is enforced and compared', () => {
  const { codified, findings } = codifyComponent(lot)
  assert.deepEqual(findings, [])
  assert.deepEqual(JSON.parse(JSON.stringify(codified)), codified)
  const { contract: codifiedContract, chain, state: codifiedState, config, ...rest } = codified
  assert.deepEqual(rest, {
    kind: 'component',
    invariants: ['not negative'],
    handles: { attached: true, detached: false, cache: false },
    permissions: { fetch: ['a.example', 'b.example'], node: ['node:zlib'] },
    hardened: true,
  })
  assert.deepEqual(codifiedContract.indexes, ['byN'])
  assert.deepEqual(codifiedContract.messages['open'], {
    access: 'system',
    read: false,
    creates: true,
    input: null,
    output: null,
    rejects: {},
  })
  assert.equal(codifiedContract.messages['bid']?.input?.properties?.['n']?.unit, 'cents')
  assert.deepEqual(chain.versions, [chain.version])
  assert.deepEqual(redact(codifiedState, { n: 1, by: 'Ada', waits: [] }), { n: 1, by: '[personal]', waits: [] })
  assert.equal(config?.type, 'object')
})

test('names a schema for every value that passes', () => {
  const { codified } = codifyComponent(lot)
  const schemas = schemasOf(codified.contract, codified)
  assert.deepEqual(Object.keys(schemas), [
    'key',
    'state',
    'config',
    'message.bid.input',
    'message.bid.output',
    'message.bid.rejects.LOW',
    'event.highest',
  ])
  const validators = compileValidators(schemas)
  assert.equal(validators['message.bid.input']?.({ n: 1 }), null)
  assert.equal(validators['message.bid.input']?.({ n: 'x' })?.length, 1)
})

test('keeps keys short, not empty, and free of what rows and logs cannot show', () => {
  const { key } = compileValidators(schemasOf(codifyComponent(lot).codified.contract, { state: null, config: null }))
  for (const good of ['lot-1', 'Größe/7', '鍵', '😀', ' ']) assert.equal(key?.(good), null, good)
  for (const bad of ['', 'a\u0000', 'a\nb', '\ud800', 'x'.repeat(41)]) assert.ok(key?.(bad), JSON.stringify(bad))
  const unbounded = contract('open', { key: z.string(), messages: {} })
  assert.equal(
    codifyComponent(component(unbounded, { state }).implement({ ...behaviour, handlers: {} })).codified.contract.key
      .maxLength,
    512,
  )
})

test('finds what is not as the contract says', () => {
  const { close: _, ...handlers } = lot.behaviour.handlers
  const misspelt = found({ behaviour: { ...behaviour, handlers: { ...handlers, clos: () => {} } } })
  assert.deepEqual(codes(misspelt), ['HANDLER_MISSING', 'HANDLER_UNKNOWN'])
  assert.match(misspelt[1]?.because ?? '', /Did you mean 'close'\?/)
  assert.deepEqual(codes(found({ behaviour: { handlers: behaviour.handlers } })), ['INITIAL_MISSING'])
  const { open: __, ...messages } = Lot.definition.messages
  const [finding] = found({ contract: { name: 'lot', definition: { ...Lot.definition, messages } } }).filter(
    ({ code }) => code === 'NOTHING_CREATES',
  )
  assert.equal(finding?.severity, 'warning')
  const waits = z.strictObject({ a: replyTo('look'), b: replyTo('bidd') })
  assert.deepEqual(codes(found({ state: waits })), ['REPLY_TO_UNKNOWN', 'REPLY_TO_UNKNOWN'])
  const numbered = { name: 'lot', definition: { ...Lot.definition, key: z.int() } }
  assert.deepEqual(codes(found({ contract: numbered })), ['KEY_NOT_TEXT'])
})

test('holds a contract that declares indexes to them', () => {
  const Indexed = contract('lot', { ...Lot.definition, indexes: { byN: z.int(), byPhase: z.enum(['a']) } })
  const both = component(Indexed, { state, indexes: { byN: ({ n }) => n, byPhase: () => 'a' } }).implement(behaviour)
  assert.deepEqual(codifyComponent(both).codified.contract.indexes, ['byN', 'byPhase'])
  assert.deepEqual(codes(codifyComponent({ ...both, indexes: { byN: () => 1, other: () => 1 } }).findings), [
    'INDEX_MISMATCH',
    'INDEX_MISMATCH',
  ])
})

test('passes on what the schemas are refused for, with the place', () => {
  const findings = found({ state: z.strictObject({ list: z.array(z.strictObject({ at: z.date() })) }) })
  assert.deepEqual(codes(findings), ['SCHEMA_UNREPRESENTABLE', 'SCHEMA_UNBOUNDED'])
  assert.match(findings[0]?.because ?? '', /^lot state, list\[\]\.at: /)
})

// ---- chains
type V1 = { state: { a: number }; messages: {}; events: {} }
type V2 = { state: { b: number }; messages: {}; events: {} }
const step = (because: string, up = (old: { a: number }) => ({ b: old.a })) =>
  migration<V1, V2>({ because, state: { up, down: ({ b }) => ({ a: b }) }, loses: { a: within(1) } }).steps

test('gives a chain the same version whatever the text of its functions', () => {
  const one = codifyChain([step('renamed')])
  assert.deepEqual(one, codifyChain([step('renamed', (old) => ({ b: Number(old.a) }))]))
  assert.equal(one.versions.length, 2)
  assert.equal(one.version, one.versions[1])
  assert.match(one.version, /^[0-9a-f]{32}$/)
})

test('gives other chains other versions, and keeps those of a chain that grows', () => {
  const [one, two] = [codifyChain([step('renamed')]), codifyChain([step('renamed'), step('again')])]
  assert.deepEqual(two.versions.slice(0, 2), one.versions)
  assert.notEqual(codifyChain([step('again')]).version, two.version)
  assert.notEqual(codifyChain([step('other')]).version, one.version)
  const irreversible = migration<V1, V2>({
    because: 'renamed',
    state: { up: ({ a }) => ({ b: a }), irreversible: 'x' },
  })
  assert.notEqual(codifyChain([irreversible.steps]).version, one.version)
  assert.deepEqual(
    codifyChain([step('a'), step('a')]).versions.length,
    new Set(codifyChain([step('a'), step('a')]).versions).size,
  )
  // The versions of live records depend on these: another value strands them all.
  assert.equal(codifyChain([]).version, '0d715423d783a3cfbfb764f61203160c')
  assert.equal(one.version, 'e7f47dc073799d9c5695214dce367bbd')
})

test('says of a connector its contract and the names of its secrets', () => {
  const Mail = contract('mail', { key: z.email(), messages: { deliver: { input: z.strictObject({}) } } })
  const mail = connector(Mail, { secrets: ['SMTP_URL'] }).implement({ handlers: { deliver() {} } })
  const { codified, findings } = codifyConnector(mail)
  assert.deepEqual(findings, [])
  assert.deepEqual(
    [codified.kind, codified.secrets, codified.contract.key.format],
    ['connector', ['SMTP_URL'], 'email'],
  )
  assert.deepEqual(codes(codifyConnector({ ...mail, behaviour: { handlers: {} } }).findings), ['HANDLER_MISSING'])
})

// ---- systems
const site = route({ fetch: () => new Response() })
const house = system({
  name: 'house',
  components: [lot],
  gateways: [
    http({
      port: 80,
      expose: [Lot],
      authenticate: () => 'x',
      routes: { '/': site, '/Admin/api': route({ fetch: () => new Response() }), '/again': site },
    }),
  ],
  schedules: { nightly: every('1d').send(Lot, 'all').bid({ n: 1 }) },
  invariants: {
    sum: { entities: { lot: ({ n }) => n }, messages: { lot: { bid: ({ n }) => n } }, holds: (sum) => sum > 0 },
  },
})
const wrong = (changes: object) => codifySystem({ ...house, ...changes }).findings

test('says of a system what is in it, and names the cells of its routes', () => {
  const { codified, findings } = codifySystem(house)
  assert.deepEqual(findings, [])
  assert.deepEqual(codified.routes, [
    { kind: 'route', name: 'route.root' },
    { kind: 'route', name: 'route.admin-api' },
  ])
  assert.deepEqual(codified.gateways, [
    {
      type: 'http',
      port: 80,
      expose: ['lot'],
      authenticates: true,
      routes: { '/': 'route.root', '/Admin/api': 'route.admin-api', '/again': 'route.root' },
    },
  ])
  assert.deepEqual(codified.schedules, {
    nightly: { everyMs: 86_400_000, component: 'lot', key: 'all', message: 'bid', input: '{"n":1}' },
  })
  assert.deepEqual([codified.name, codified.invariants], ['house', ['sum']])
  assert.deepEqual(JSON.parse(JSON.stringify(codified)), codified)
})

test('keeps apart two routes whose paths look alike', () => {
  const other = route({ fetch: () => new Response() })
  const gateways = [http({ port: 1, expose: [], routes: { '/a-b': site, '/a/b': other }, host: '::1' })]
  const { codified } = codifySystem({ ...house, gateways })
  assert.deepEqual(
    codified.routes.map(({ name }) => name),
    ['route.a-b', 'route.a-b-2'],
  )
  assert.equal(codified.gateways[0]?.host, '::1')
})

test('finds schedules that nobody could receive', () => {
  const nightly = house.schedules['nightly']
  const cases: [object, RegExp][] = [
    [{ component: 'lto' }, /Did you mean 'lot'\?/],
    [{ message: 'bidd' }, /Did you mean 'bid'\?/],
    [{ message: 'constructor' }, /has no message/],
    [{ message: 'look', input: undefined }, /is a read/],
    [{ message: 'close', input: undefined }, /the entity itself/],
    [{ key: '' }, /its key is shorter/],
    [{ input: { n: 'x' } }, /its input has a n that expected a whole number/],
    [{ input: undefined }, /takes an input/],
    [{ message: 'open' }, /takes no input/],
  ]
  for (const [change, pattern] of cases) {
    const findings = wrong({ schedules: { nightly: { ...nightly, ...change } } })
    assert.deepEqual(codes(findings), ['SCHEDULE_INVALID'])
    assert.match(findings[0]?.because ?? '', pattern)
  }
})

test('finds gateways that expose nothing, or share a port', () => {
  const Other = contract('lott', { key: z.string(), messages: {} })
  assert.deepEqual(codes(wrong({ gateways: [http({ port: 1, expose: [Other] })] })), ['EXPOSED_UNKNOWN'])
  assert.deepEqual(codes(wrong({ gateways: [http({ port: 1, expose: [] }), http({ port: 1, expose: [] })] })), [
    'GATEWAY_PORT_TAKEN',
  ])
  assert.deepEqual(codes(wrong({ gateways: [http({ port: 0, expose: [] }), http({ port: 0, expose: [] })] })), [])
  const Quiet = contract('quiet', { key: z.string(), messages: { open: { creates: true } } })
  const quiet = component(Quiet, { state: z.strictObject({}) }).implement({
    initial: () => ({}),
    handlers: { open() {} },
  })
  assert.deepEqual(codes(wrong({ components: [lot, quiet], gateways: [http({ port: 1, expose: [Quiet] })] })), [
    'NOTHING_PUBLIC',
  ])
})

test('finds invariants over what is not there', () => {
  const holds = () => true
  assert.deepEqual(codes(wrong({ invariants: { sum: { entities: { lots: () => 0 }, holds } } })), ['INVARIANT_UNKNOWN'])
  assert.deepEqual(codes(wrong({ invariants: { sum: { messages: { lot: { bidd: () => 0 } }, holds } } })), [
    'INVARIANT_UNKNOWN',
  ])
})
