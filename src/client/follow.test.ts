import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connect } from './client.ts'
import { fakeGateway } from './scripted.testing.ts'

type Watched = {
  on(event: string, seen: (data: unknown, at: { sequence: number }) => void, options?: object): () => void
  follow(read: string, seen: object): () => void
}
const to = 'auction/lot-1'
const settled = () => new Promise((resolve) => setImmediate(resolve))

function started() {
  const fake = fakeGateway()
  const connection = connect('ws://house', { powers: fake.powers })
  const lot = connection.of('auction').at('lot-1') as unknown as Watched
  const answer = {
    async attach(sequence: number) {
      fake.socket.say({ type: 'attached', id: fake.socket.last('attach').id, to, sequence })
      await settled()
    },
    async read(output: unknown, sequence: number) {
      fake.socket.say({ type: 'reply', id: fake.socket.last('call').id, sequence, output })
      await settled()
    },
    event: (sequence: number, data: unknown = sequence) =>
      fake.socket.say({ type: 'event', to, sequence, event: 'highest', data }),
  }
  const count = (type: string) => fake.socket.received.filter((frame) => frame.type === type).length
  return { fake, connection, lot, answer, count }
}

/** A follower that writes down what it sees. */
function follower(lot: Watched, read = 'standing') {
  const seen: string[] = []
  const stop = lot.follow(read, {
    snapshot: (output: unknown, { sequence }: { sequence: number }) => seen.push(`snapshot ${output} at ${sequence}`),
    on: { highest: (data: unknown, { sequence }: { sequence: number }) => seen.push(`highest ${data} at ${sequence}`) },
    failed: (error: { code: string }) => seen.push(`failed ${error.code}`),
  })
  return { seen, stop }
}

describe('a listener', () => {
  test('hears its events alone, in order, and no more when it stops', async () => {
    const { fake, lot, answer, count } = started()
    const seen: unknown[] = []
    const stop = lot.on('highest', (data, { sequence }) => seen.push([data, sequence]))
    lot.on('other', () => seen.push('other'))
    fake.socket.hello()
    await answer.attach(3)
    answer.event(4, 'a')
    answer.event(5, 'b')
    assert.deepEqual(seen, [
      ['a', 4],
      ['b', 5],
    ])
    stop()
    answer.event(6)
    assert.equal(seen.length, 2)
    assert.equal(count('detach'), 0)
  })

  test('attaches once for all, and detaches when the last one stops', async () => {
    const { fake, lot, answer, count } = started()
    const stops = [lot.on('highest', () => {}), lot.on('highest', () => {})]
    fake.socket.hello()
    await answer.attach(0)
    for (const stop of stops) stop()
    for (const stop of stops) stop()
    assert.deepEqual([count('attach'), count('detach')], [1, 1])
    lot.on('highest', () => {})
    assert.equal(count('attach'), 2)
  })

  test('that throws does not disturb the others', async () => {
    const { fake, lot, answer } = started()
    const seen: unknown[] = []
    lot.on('highest', () => {
      throw new Error('mine')
    })
    lot.on('highest', (data) => seen.push(data))
    fake.socket.hello()
    await answer.attach(0)
    answer.event(1)
    assert.deepEqual(seen, [1])
    assert.match(String(fake.reported[0]), /mine/)
  })

  test('of an entity that refuses is told', async () => {
    const { fake, lot } = started()
    const failed: unknown[] = []
    lot.on('highest', () => {}, { failed: (error: unknown) => failed.push(error) })
    fake.socket.hello()
    fake.socket.say({ type: 'failed', id: 1, code: 'NOT_FOUND', message: 'no' })
    await settled()
    assert.equal((failed[0] as { code: string }).code, 'NOT_FOUND')
  })
})

describe('a follower', () => {
  test('sees a snapshot, then the events after it, whichever answer comes first', async () => {
    for (const order of ['attach first', 'read first']) {
      const { fake, lot, answer } = started()
      const { seen } = follower(lot)
      fake.socket.hello()
      if (order === 'attach first') {
        await answer.attach(3)
        answer.event(4)
        answer.event(5)
        await answer.read('state', 4)
      } else {
        await answer.read('state', 4)
        await answer.attach(3)
        answer.event(4)
        answer.event(5)
      }
      answer.event(6)
      assert.deepEqual(seen, ['snapshot state at 4', 'highest 5 at 5', 'highest 6 at 6'], order)
    }
  })

  test('reads again if its snapshot is older than the attachment', async () => {
    const { fake, lot, answer } = started()
    const { seen } = follower(lot)
    fake.socket.hello()
    await answer.read('old', 2)
    await answer.attach(3)
    answer.event(4)
    assert.deepEqual(seen, [])
    await answer.read('new', 3)
    assert.deepEqual(seen, ['snapshot new at 3', 'highest 4 at 4'])
  })

  test('that comes later gets a snapshot of its own, without another attach', async () => {
    const { fake, lot, answer, count } = started()
    const first = follower(lot)
    fake.socket.hello()
    await answer.attach(0)
    await answer.read('zero', 0)
    answer.event(1)
    const second = follower(lot, 'history')
    answer.event(2)
    await answer.read('one', 1)
    answer.event(3)
    assert.deepEqual(first.seen, ['snapshot zero at 0', 'highest 1 at 1', 'highest 2 at 2', 'highest 3 at 3'])
    assert.deepEqual(second.seen, ['snapshot one at 1', 'highest 2 at 2', 'highest 3 at 3'])
    assert.equal(count('attach'), 1)
  })

  test('gets a new snapshot after a gap, after lagging, and on a new connection', async () => {
    const { fake, lot, answer, count } = started()
    const { seen } = follower(lot)
    fake.socket.hello()
    await answer.attach(0)
    await answer.read('zero', 0)

    answer.event(2)
    assert.equal(count('attach'), 2)
    answer.event(3)
    await answer.attach(3)
    await answer.read('three', 3)
    answer.event(4)

    fake.socket.say({ type: 'lagged', to })
    await answer.attach(9)
    await answer.read('nine', 9)

    fake.socket.drop()
    fake.advance(10_000)
    fake.socket.hello()
    await answer.attach(1)
    await answer.read('another life', 1)
    answer.event(2)
    assert.deepEqual(seen, [
      'snapshot zero at 0',
      'snapshot three at 3',
      'highest 4 at 4',
      'snapshot nine at 9',
      'snapshot another life at 1',
      'highest 2 at 2',
    ])
  })

  test('misses nothing of frames that come in one burst', () => {
    const { fake, lot, answer } = started()
    const { seen } = follower(lot)
    lot.on('highest', (data) => seen.push(`heard ${data}`))
    fake.socket.hello()
    answer.attach(3)
    answer.event(4)
    answer.read('state', 3)
    answer.event(5)
    assert.deepEqual(seen, ['heard 4', 'snapshot state at 3', 'highest 4 at 4', 'heard 5', 'highest 5 at 5'])
  })

  test('is not misled by answers to what was asked before', async () => {
    const { fake, lot, answer } = started()
    const { seen } = follower(lot)
    fake.socket.hello()
    const read = fake.socket.last('call').id
    await answer.attach(0)
    answer.event(2)
    fake.socket.say({ type: 'reply', id: read, sequence: 99, output: 'stale' })
    await answer.attach(2)
    assert.deepEqual(seen, [])
    await answer.read('fresh', 2)
    assert.deepEqual(seen, ['snapshot fresh at 2'])
  })

  test('ends when the read is refused, and waits for what passes', async () => {
    const { fake, lot, answer, count } = started()
    const { seen } = follower(lot)
    fake.socket.hello()
    await answer.attach(0)
    const refuse = async (code: string) => {
      fake.socket.say({ type: 'failed', id: fake.socket.last('call').id, code, message: 'no' })
      await settled()
    }
    await refuse('OVERLOADED')
    assert.deepEqual(seen, [])
    fake.advance(1_000)
    assert.equal(count('call'), 2)
    await refuse('NOT_FOUND')
    assert.deepEqual(seen, ['failed NOT_FOUND'])
    assert.equal(count('detach'), 1)
  })

  test('hears nothing when it stops, nor when the connection is closed', async () => {
    const { fake, connection, lot, answer } = started()
    const first = follower(lot)
    const second = follower(lot)
    fake.socket.hello()
    await answer.attach(0)
    first.stop()
    await answer.read('state', 0)
    connection.close()
    await settled()
    assert.deepEqual(first.seen, [])
    assert.deepEqual(second.seen, ['snapshot state at 0'])
    assert.deepEqual(fake.reported, [])
    assert.throws(() => follower(lot), { code: 'CLIENT_CLOSED' })
  })

  test('passes its input to the read', () => {
    const { fake, lot } = started()
    lot.follow('history', { input: { after: 3 }, snapshot() {} })
    fake.socket.hello()
    assert.deepEqual(fake.socket.last('call').input, { after: 3 })
  })
})
