/** Too much for one entity: what is refused is told so at once, with when to come back; what is taken is done. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtTrouble, connected, emptyFolder, serving, told } from './trouble.ts'

const trouble = await builtTrouble()
const CONNECTIONS = 5
const CALLS = 250

test('a mailbox that is full refuses with OVERLOADED and Retry-After, and does all that it took', async (t) => {
  const { url, post, get } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  await post('box/busy/add')
  const slow = post('box/busy/nap', { ms: 2_000 })
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(url)))
  const calls = clients.flatMap(({ call }) =>
    Array.from({ length: CALLS }, () => call({ type: 'call', to: 'box/busy', message: 'add' })),
  )
  // Refusals come while the slow one still holds the entity.
  const refused = await Promise.race(calls)
  assert.equal(refused.type === 'failed' && refused.code, 'OVERLOADED')
  assert.ok(refused.type === 'failed' && (refused.retryAfterMs ?? 0) > 0)
  const http = await post('box/busy/add')
  assert.equal(told(http), '503 OVERLOADED')
  assert.match(http.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  assert.deepEqual((await post('box/idle/add')).body, { count: 1 }, 'another entity has room')

  assert.deepEqual((await slow).body, { count: 2 })
  const answers = await Promise.all(calls)
  const done = answers.filter(({ type }) => type === 'reply').length
  const over = answers.filter((answer) => answer.type === 'failed' && answer.code === 'OVERLOADED').length
  assert.equal(done + over, CONNECTIONS * CALLS)
  assert.ok(done >= 1_000, `${done} were taken`)
  assert.equal(((await get('box/busy/look')).body as { count: number }).count, 2 + done)
  for (const { socket } of clients) socket.close()
})

test('a read of an entity whose mailbox is full is answered: it waits for no turn', async (t) => {
  const { url, post, get } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  await post('box/busy/add')
  const slow = post('box/busy/nap', { ms: 1_500 })
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(url)))
  const calls = clients.flatMap(({ call }) =>
    Array.from({ length: CALLS }, () => call({ type: 'call', to: 'box/busy', message: 'add' })),
  )
  await Promise.race(calls)
  const read = await get('box/busy/look')
  await Promise.all([slow, ...calls])
  for (const { socket } of clients) socket.close()
  assert.equal(told(read), '200')
})
