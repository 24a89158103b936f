import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { connector, contract } from '../../../component/index.ts'
import type { Cause } from '../../../turn/index.ts'
import { connectorCell } from './fake-cell.testing.ts'

const Mail = contract('mail', {
  key: z.string(),
  messages: {
    deliver: {
      input: z.strictObject({ subject: z.string() }),
      output: z.strictObject({ id: z.string() }),
      rejects: { BOUNCED: z.strictObject({ why: z.string() }) },
    },
    status: { read: true, output: z.enum(['up', 'down']) },
  },
})

type Turn = {
  readonly key: string
  readonly secrets: Readonly<Record<string, string>>
  readonly idempotencyKey: string
  reject(code: string, data: unknown): Error
}
type Deliver = (input: { subject: string }, turn: Turn) => unknown

const mailCell = (deliver: Deliver, secrets = { SMTP_URL: 'smtp://local' }) =>
  connectorCell(
    connector(Mail, { secrets: ['SMTP_URL'] }).implement({ handlers: { deliver, status: () => 'up' } } as never),
    secrets,
  )

const row: Cause = {
  type: 'message',
  row: 4,
  sender: { component: 'auction', key: 'lot' },
  continuation: null,
  fate: null,
}
const input = { subject: 'hello' }

test('commits the outcome of a message, and no state', async () => {
  const cell = mailCell(async ({ subject }, turn) => ({ id: `${turn.secrets['SMTP_URL']} ${turn.key} ${subject}` }))
  const turn = cell.deliver('deliver', { key: 'a@b.c', input, cause: row })
  await cell.settle()
  const { change, outcome, base, epoch, cause } = cell.commit(turn) ?? assert.fail('no commit')
  assert.deepEqual(
    { change, outcome, base, epoch, cause },
    {
      change: { type: 'none' },
      outcome: { type: 'replied', output: '{"id":"smtp://local a@b.c hello"}' },
      base: 0,
      epoch: 7,
      cause: row,
    },
  )
  assert.deepEqual(cell.about('committing'), [{ type: 'committing', turn }])
})

test('answers requests and reads without a commit', async () => {
  const cell = mailCell(() => ({ id: 'x' }))
  const request = cell.deliver('deliver', { input })
  const read = cell.read('status')
  await cell.settle()
  assert.deepEqual(cell.commits, [])
  assert.deepEqual(cell.about('answered', request)[0]?.outcome, { type: 'replied', output: '{"id":"x"}' })
  assert.deepEqual(cell.about('answered', read)[0]?.outcome, { type: 'replied', output: '"up"' })
})

test('keeps the outcome of a request with an idempotency key', async () => {
  const cell = mailCell(() => ({ id: 'x' }))
  const cause: Cause = { type: 'request', request: 1, idempotency: { key: 'k', fingerprint: 'f' } }
  const turn = cell.deliver('deliver', { input, cause })
  await cell.settle()
  assert.equal(cell.commit(turn)?.outcome.type, 'replied')
})

test('runs messages to one key side by side', async () => {
  const gates: (() => void)[] = []
  const cell = mailCell(async () => {
    await new Promise<void>((resolve) => gates.push(resolve))
    return { id: 'x' }
  })
  cell.deliver('deliver', { input, cause: row })
  const abandoned = cell.deliver('deliver', { input, cause: { ...row, row: 5 } })
  await cell.settle()
  assert.equal(gates.length, 2)
  cell.receive({ type: 'abandon', turn: abandoned }, { type: 'stop' })
  for (const go of gates) go()
  await cell.settle()
  assert.deepEqual(
    cell.commits.map(({ cause }) => cause),
    [row],
  )
  assert.equal(cell.told.at(-1)?.type, 'stopped')
})

test('commits a rejection, thrown at once or later', async () => {
  for (const deliver of [
    ((_input, turn) => {
      throw turn.reject('BOUNCED', { why: 'full' })
    }) satisfies Deliver,
    (async (_input, turn) => {
      throw turn.reject('BOUNCED', { why: 'full' })
    }) satisfies Deliver,
  ]) {
    const cell = mailCell(deliver)
    const turn = cell.deliver('deliver', { input, cause: row })
    await cell.settle()
    assert.deepEqual(cell.commit(turn)?.outcome, { type: 'rejected', code: 'BOUNCED', data: '{"why":"full"}' })
  }
})

test('faults are told with their codes', async () => {
  const check = async (deliver: Deliver, code: string, given: object = { input }) => {
    const cell = mailCell(deliver)
    const turn = cell.deliver('deliver', given)
    await cell.settle()
    assert.equal(cell.fault(turn)?.code, code)
    assert.equal(cell.engine.idle, true)
  }
  const fail: Deliver = () => {
    throw new Error('no server')
  }
  await check(fail, 'HANDLER_FAILED')
  await check(async () => fail(input, {} as Turn), 'HANDLER_FAILED')
  await check(() => ({ name: 'x' }), 'REPLY_INVALID')
  await check(async () => ({ name: 'x' }), 'REPLY_INVALID')
  await check((_input, turn) => turn.reject('BOUNCED', { why: '' }), 'REJECT_NOT_THROWN')
  await check(fail, 'INPUT_INVALID', { input: {} })
  const cell = mailCell(fail)
  const turn = cell.deliver('delivr', { input })
  await cell.settle()
  assert.equal(cell.fault(turn)?.code, 'MESSAGE_NOT_HANDLED')
})

test('the idempotency key is the same for every attempt of one message, and another for every other', async () => {
  const keys: string[] = []
  const cell = mailCell((_input, turn) => {
    keys.push(turn.idempotencyKey)
    return { id: 'x' }
  })
  cell.deliver('deliver', { input, cause: row, seed: 'first' })
  cell.deliver('deliver', { input, cause: row, seed: 'second' })
  cell.deliver('deliver', { input, cause: { ...row, row: 5 } })
  cell.deliver('deliver', { input: { subject: 'after a restore' }, cause: row })
  cell.deliver('deliver', { input, cause: { ...row, sender: { component: 'auction', key: 'another' } } })
  cell.deliver('deliver', {
    input,
    cause: { type: 'request', request: 1, idempotency: { key: 'k', fingerprint: 'f' } },
  })
  cell.deliver('deliver', {
    input,
    cause: { type: 'request', request: 2, idempotency: { key: 'k', fingerprint: 'f' } },
  })
  cell.deliver('deliver', { input, seed: 'same' })
  cell.deliver('deliver', { input, seed: 'same' })
  cell.deliver('deliver', { input, seed: 'other' })
  cell.deliver('deliver', { input, cause: { type: 'timer', name: 'x', row: 4 } })
  await cell.settle()
  assert.equal(keys[0], keys[1])
  assert.equal(keys[5], keys[6])
  assert.equal(keys[7], keys[8])
  assert.equal(new Set(keys).size, 8)
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}(-\d+)?$/)
})

test('a turn that has ended gives no secret away', async () => {
  let kept: Turn | undefined
  const cell = mailCell((_input, turn) => {
    kept = turn
    assert.throws(() => Object.assign(turn.secrets, { SMTP_URL: 'x' }), TypeError)
    return { id: 'x' }
  })
  cell.deliver('deliver', { input })
  await cell.settle()
  assert.throws(() => kept?.secrets, { code: 'TURN_ENDED' })
  assert.throws(() => kept?.idempotencyKey, { code: 'TURN_ENDED' })
})
