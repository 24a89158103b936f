/** What the build cannot see, the cell refuses: and the log names the author's file and line. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { builtTrouble, emptyFolder, FIXTURE, serving, told, until } from './trouble.ts'

const trouble = await builtTrouble()

test('a handler has no process, no require, no code from text, no shared prototype, and no network but what it declared', async (t) => {
  const { post, get, lines } = await serving(t, { ...trouble, data: await emptyFolder(trouble) })
  await post('wild/mad/start')
  const reach = (what: string) => post('wild/mad/reach', { for: what })
  const why = async (what: string) => {
    const from = lines.length
    assert.equal(told(await reach(what)), '500 HANDLER_FAILED')
    await until(() => lines.slice(from).some(({ level }) => level === 'error'), 'it is logged')
    return JSON.stringify(lines.slice(from))
  }
  assert.deepEqual((await reach('process')).body, { got: 'undefined' })
  assert.deepEqual((await reach('require')).body, { got: 'undefined' })
  assert.match(await why('code'), /is not a valid constructor/)
  assert.match(await why('prototype'), /not extensible|read only|frozen/i)
  assert.match(await why('fetch'), /undeclared\.example/)
  assert.deepEqual((await get('wild/mad/look')).body, { touched: 0, fixed: false })
})

test('a stack in the log names the file and line of the author, and the caller is told an id and nothing else', async (t) => {
  const data = await emptyFolder(trouble)
  const { host, post, lines } = await serving(t, { ...trouble, data })
  await post('wild/mad/start')
  const answer = await post('wild/mad/fail')
  assert.equal(told(answer), '500 HANDLER_FAILED')
  const { error } = answer.body as { error: { id: string } }
  assert.ok(!JSON.stringify(answer.body).includes('this is how it fails'))
  const source = (await readFile(join(FIXTURE, 'wild/component.ts'), 'utf8')).split('\n')
  const line = source.findIndex((text) => text.includes('this is how it fails')) + 1
  const place = `wild/component.ts:${line}:`
  const found = () => lines.find(({ data }) => JSON.stringify(data ?? null).includes(place))
  await until(() => found() !== undefined, `the log names ${place}`)
  assert.ok(JSON.stringify(found()).includes('this is how it fails'))
  assert.ok(
    lines.some((each) => JSON.stringify(each).includes(error.id)),
    'the id leads to the log',
  )
  assert.equal(found()?.entity, 'wild/mad')
  await host.stop()
  assert.ok((await readFile(join(data, 'log/host.jsonl'), 'utf8')).includes(place), 'on the disk too')
})
