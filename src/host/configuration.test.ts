import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { codifySystem } from '../component/index.ts'
import { component, connector, contract, system } from '../index.ts'
import { resolveConfig, resolveSecrets } from './configuration.ts'

const Fees = contract('fees', { key: z.string(), messages: { open: { creates: true } } })
const Plain = contract('plain', { key: z.string(), messages: { open: { creates: true } } })
const Mail = contract('mail', { key: z.string(), messages: { send: {} } })
const state = z.strictObject({})
const handled = { initial: () => ({}), handlers: { open() {} } }

const { codified } = codifySystem(
  system({
    name: 'house',
    components: [
      component(Fees, { state, config: z.strictObject({ percent: z.number().default(2), cap: z.number() }) }).implement(
        handled,
      ),
      component(Plain, { state }).implement(handled),
    ],
    connectors: [connector(Mail, { secrets: ['SMTP_URL'] }).implement({ handlers: { send() {} } })],
  }),
)

test('config is taken per component, with its defaults, and leaves what was given alone', () => {
  const given = { fees: { cap: 10 } }
  assert.deepEqual([...resolveConfig(codified.components, given)], [['fees', { percent: 2, cap: 10 }]])
  assert.deepEqual(given, { fees: { cap: 10 } })
})

test('config that does not satisfy its schema is refused with the field', () => {
  assert.throws(() => resolveConfig(codified.components, { fees: { cap: 'ten' } }), {
    code: 'CONFIG_INVALID',
    message: /'fees'.*cap/,
  })
  assert.throws(() => resolveConfig(codified.components, {}), { code: 'CONFIG_INVALID' })
})

test('a section that no component asks for is refused with the nearest that one does', () => {
  assert.throws(() => resolveConfig(codified.components, { fee: { cap: 1 } }), {
    code: 'CONFIG_UNKNOWN',
    message: /Did you mean 'fees'/,
  })
  assert.throws(() => resolveConfig(codified.components, { fees: { cap: 1 }, plain: {} }), { code: 'CONFIG_UNKNOWN' })
})

test('a connector gets the secrets that it names and no others', () => {
  const secrets = resolveSecrets(codified.connectors, { SMTP_URL: 'smtp://localhost', HOME: '/root' })
  assert.deepEqual([...secrets], [['mail', { SMTP_URL: 'smtp://localhost' }]])
})

test('a secret that is nowhere is named', () => {
  assert.throws(() => resolveSecrets(codified.connectors, { SMTP: 'smtp://localhost' }), {
    code: 'SECRET_MISSING',
    message: /'mail'.*SMTP_URL/,
  })
})
