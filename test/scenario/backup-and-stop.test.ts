/** A backup is taken while the host serves, and holds all that was acknowledged before it began; a stop answers what is in flight. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { asked, builtTrouble, command, connected, emptyFolder, serving, told, until } from './trouble.ts'

const trouble = await builtTrouble()

test('a backup under load is consistent, and a restore of it serves', async (t) => {
  const data = await emptyFolder(trouble)
  const { host, post, get } = await serving(t, { ...trouble, data })
  await post('box/timed/remind', { delay: 500 })
  for (let i = 0; i < 30; i++) await post(`box/ballast-${i}/fill`, { text: 'x'.repeat(50_000) })
  const acknowledged = new Map<string, number>()
  let isOver = false
  const load = Array.from({ length: 8 }, async (_, i) => {
    while (!isOver) {
      const { body } = await post(`box/${i}/add`)
      acknowledged.set(`${i}`, (body as { count: number }).count)
    }
  })
  await until(() => acknowledged.size === 8, 'all have begun')
  const before = new Map(acknowledged)
  const copy = join(data, 'copy.db')
  await host.backup(copy)
  const after = new Map(acknowledged)
  isOver = true
  await Promise.all(load)
  await assert.rejects(host.backup(copy), { code: 'BACKUP_EXISTS' })
  await until(async () => ((await get('box/timed/look')).body as { rings: number }).rings === 1, 'the timer fired')

  const refused = await command(['restore', copy, '--data', join(data, 'second'), '--json'], data).ended
  assert.deepEqual([refused.code, JSON.parse(refused.out).error.code], [1, 'RESTORE_ORIGINAL_EXISTS'])
  const restored = await command(['restore', copy, '--data', join(data, 'second'), '--as-copy', '--json'], data).ended
  assert.equal(restored.code, 0, restored.out)
  const second = await serving(t, { ...trouble, data: join(data, 'second') })
  for (const [key, count] of before) {
    const there = ((await second.get(`box/${key}/look`)).body as { count: number }).count
    // One turn more per caller may have been committed than its caller had heard of.
    assert.ok(there >= count && there <= (after.get(key) ?? 0) + 1, `${key}: ${count} <= ${there} <= ${after.get(key)}`)
    assert.deepEqual((await second.post(`box/${key}/add`)).body, { count: there + 1 })
  }
})

test('SIGTERM lets what is in flight come to its end, answers it, and takes nothing new', async (t) => {
  const data = await emptyFolder(trouble)
  const args = ['run', trouble.release.path, '--data', data, '--port', '0', '--host', '127.0.0.1', '--json']
  const host = command(args, data)
  t.after(() => void host.child.kill('SIGKILL'))
  await until(() => host.said().includes('\n'), 'it serves')
  const url = `http://127.0.0.1:${JSON.parse(host.said()).gateways[0].port}`
  const nap = (key: string) => asked(`${url}/box/${key}/nap`, { method: 'POST', body: '{"ms":1000}' })
  const client = await connected(url)
  const flying = [nap('a'), nap('b')]
  const frame = client.call({ type: 'call', to: 'box/c', message: 'nap', input: { ms: 1_000 } })
  await sleep(300)
  host.child.kill('SIGTERM')
  await until(() => client.events.some(({ type }) => type === 'going'), 'the client is told')
  const late = await client.call({ type: 'call', to: 'box/c', message: 'add' })
  assert.equal('code' in late && late.code, 'GATEWAY_STOPPING')
  await assert.rejects(asked(`${url}/box/d/add`, { method: 'POST' }), 'nobody listens any more')
  for (const answer of await Promise.all(flying)) assert.deepEqual([told(answer), answer.body], ['200', { count: 1 }])
  const reply = await frame
  assert.deepEqual(reply.type === 'reply' && reply.output, { count: 1 })
  assert.equal(await client.closed, 1001)
  assert.equal((await host.ended).code, 0)

  const { get } = await serving(t, { ...trouble, data })
  for (const key of ['a', 'b', 'c']) assert.equal(((await get(`box/${key}/look`)).body as { count: number }).count, 1)
})
