/** A handler that does not come back costs its cell, and its caller is told; nobody else is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked, builtTrouble, command, emptyFolder, serving, told, until } from './trouble.ts'

const trouble = await builtTrouble()

test('a handler that holds the thread loses its cell, and everyone else is served', async (t) => {
  const { host, post, get, lines } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  await post('wild/mad/start')
  await post('wild/sane/start')
  const mad = post('wild/mad/loop')
  const sane = Array.from({ length: 20 }, () => post('wild/sane/touch'))
  const boxes = Array.from({ length: 20 }, () => post('box/a/add'))
  assert.deepEqual(
    (await Promise.all(boxes)).map(({ status }) => status),
    Array(20).fill(200),
  )
  assert.deepEqual((await Promise.all(sane)).map(told), Array(20).fill('200'))
  assert.equal(told(await mad), '500 CELL_KILLED')
  assert.deepEqual((await get('wild/mad/look')).body, { touched: 0, fixed: false })
  assert.deepEqual((await get('wild/sane/look')).body, { touched: 20, fixed: false })
  assert.deepEqual((await post('wild/mad/touch')).body, { touched: 1 })
  const cell = (await host.status()).cells.find(({ name }) => name === 'wild')
  assert.equal(cell?.state, 'serving')
  assert.match(cell?.lastFault ?? '', /held/)
  assert.ok(lines.some(({ from, message }) => from === 'wild' && /held its thread/.test(message)))
})

test('a handler that allocates without end loses its cell, and nobody else notices', async (t) => {
  const { host, post, get } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  await post('wild/mad/start')
  await post('wild/sane/start')
  const mad = post('wild/mad/grow')
  const boxes = await Promise.all(Array.from({ length: 20 }, () => post('box/a/add')))
  assert.deepEqual(boxes.map(told), Array(20).fill('200'))
  assert.equal(told(await mad), '500 CELL_KILLED')
  assert.deepEqual((await post('wild/sane/touch')).body, { touched: 1 })
  assert.deepEqual((await get('wild/mad/look')).body, { touched: 0, fixed: false })
  const cell = (await host.status()).cells.find(({ name }) => name === 'wild')
  assert.match(cell?.lastFault ?? '', /memory|held/)
})

test('a message that kills its cell three times is buried, its sender is told, and a retry runs it again', async (t) => {
  const data = await emptyFolder(trouble)
  const { host, post, get } = await serving(t, { ...trouble, data })
  await post('wild/mad/start')
  await post('wild/sane/start')
  await post('sender/s/tell', { to: 'mad', message: 'poison' })
  await until(async () => (await host.deadLetters({ after: 0, limit: 9 })).length > 0, 'it is buried')
  const [letter] = await host.deadLetters({ after: 0, limit: 9 })
  assert.deepEqual(
    [letter?.code, letter?.message, letter?.to.key, letter?.sender?.key],
    ['CELL_KILLED', 'poison', 'mad', 's'],
  )
  await until(
    async () => ((await get('sender/s/look')).body as { told: string[] }).told.length > 0,
    'the sender is told',
  )
  assert.deepEqual((await get('sender/s/look')).body, { told: ['UNDELIVERED'] })
  assert.deepEqual((await post('wild/sane/touch')).body, { touched: 1 })
  const { restarts } = (await host.status()).cells.find(({ name }) => name === 'wild') ?? {}
  assert.ok((restarts ?? 0) >= 3, `${restarts} restarts`)

  assert.equal(told(await post('wild/mad/fix')), '204')
  assert.equal(await host.retryDeadLetter(letter?.id ?? 0), true)
  await until(async () => ((await get('wild/mad/look')).body as { touched: number }).touched > 0, 'it is delivered')
  assert.deepEqual((await get('wild/mad/look')).body, { touched: 1, fixed: true })
  assert.deepEqual(await host.deadLetters({ after: 0, limit: 9 }), [])
  assert.equal(await host.retryDeadLetter(letter?.id ?? 0), false)
  assert.deepEqual((await get('sender/s/look')).body, { told: ['UNDELIVERED'] }, 'the sender is told once')
})

test('`selfsame dead-letters retry` runs it again, also when the host was killed before it was buried', async (t) => {
  const data = await emptyFolder(trouble)
  const first = await running(t, data)
  await first.send('wild/mad/start')
  await first.send('sender/s/tell', { to: 'mad', message: 'poison' })
  first.child.kill('SIGKILL')
  await first.ended
  const second = await running(t, data)
  const verb = async (...args: string[]) => {
    const { code, out } = await command([...args, '--data', data, '--json'], data).ended
    return { code, said: JSON.parse(out) }
  }
  await until(async () => (await verb('dead-letters')).said.letters.length > 0, 'it is buried')
  const [{ id, code }] = (await verb('dead-letters')).said.letters
  assert.equal(code, 'CELL_KILLED')
  await second.send('wild/mad/fix')
  assert.equal((await verb('dead-letters', 'retry', String(id))).code, 0)
  await until(async () => (await second.get('wild/mad/look')).touched === 1, 'it is delivered')
  const again = await verb('dead-letters', 'retry', String(id))
  assert.deepEqual([again.code, again.said.error.code], [4, 'DEAD_LETTER_UNKNOWN'])
})

async function running(t: { after(then: () => void): void }, data: string) {
  const args = ['run', trouble.release.path, '--data', data, '--port', '0', '--host', '127.0.0.1', '--json']
  const process = command(args, data)
  t.after(() => void process.child.kill('SIGKILL'))
  await until(() => process.said().includes('\n'), 'it serves')
  const url = `http://127.0.0.1:${JSON.parse(process.said()).gateways[0].port}`
  return {
    ...process,
    send: (path: string, input?: unknown) =>
      asked(`${url}/${path}`, { method: 'POST', body: JSON.stringify(input) ?? null }),
    get: async (path: string) => (await asked(`${url}/${path}`, {})).body as { touched: number },
  }
}
