import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { LogFilter, LogLine } from './host.ts'
import { createLog } from './log.ts'

const everything: LogFilter = { component: null, entity: null, last: 100 }
const line = (message: string, from = 'auction') => ({ level: 'info', from, message }) as const

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-log-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function inMemory() {
  return createLog({ folder: null, nowMs: () => 5, echo: () => {} })
}

test('whoever follows gets the last lines, then each further one, until it stops', () => {
  const log = inMemory()
  for (const message of ['a', 'b', 'c']) log.write(line(message))
  const seen: string[] = []
  const following = log.follow({ ...everything, last: 2 }, ({ message }) => seen.push(message))
  log.write(line('d'))
  following.stop()
  log.write(line('e'))
  assert.deepEqual(seen, ['b', 'c', 'd'])
})

test('none of the past is asked for with 0', () => {
  const log = inMemory()
  log.write(line('a'))
  const seen: LogLine[] = []
  log.follow({ ...everything, last: 0 }, (line) => seen.push(line))
  assert.deepEqual(seen, [])
})

test('a filter takes the lines of one component, or of one entity', () => {
  const log = inMemory()
  log.write(line('of the ledger', 'ledger'))
  log.write({ ...line('of a lot'), entity: 'auction/lot-1' })
  const seen = (filter: Partial<LogFilter>) => {
    const messages: string[] = []
    log.follow({ ...everything, ...filter }, ({ message }) => messages.push(message)).stop()
    return messages
  }
  assert.deepEqual(seen({ component: 'ledger' }), ['of the ledger'])
  assert.deepEqual(seen({ entity: 'auction/lot-1' }), ['of a lot'])
})

test('lines lie in a file, one JSON document each, and a full file gives way to a new one', async (t) => {
  const folder = await folderOf(t)
  const log = createLog({ folder, nowMs: () => 5, echo: () => {} })
  log.write(line('first'))
  await log.flush()
  const [first] = (await readFile(join(folder, 'host.jsonl'), 'utf8')).split('\n')
  assert.deepEqual(JSON.parse(first ?? ''), { atMs: 5, ...line('first') })
  await writeFile(join(folder, 'host.jsonl'), 'x'.repeat(16 * 1024 * 1024))
  log.write(line('over'))
  await log.flush()
  log.write(line('after'))
  await log.flush()
  assert.match(await readFile(join(folder, 'host.1.jsonl'), 'utf8'), /"over"/)
  assert.match(await readFile(join(folder, 'host.jsonl'), 'utf8'), /^\{[^\n]*"after"[^\n]*\}\n$/)
})

test('a log that cannot be written stops nothing, and says later how much was lost', async (t) => {
  const folder = await folderOf(t)
  await writeFile(join(folder, 'log'), 'a file where the folder should be')
  const echoed: string[] = []
  const log = createLog({ folder: join(folder, 'log'), nowMs: () => 5, echo: ({ message }) => echoed.push(message) })
  log.write(line('lost'))
  await log.flush()
  await rm(join(folder, 'log'))
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'log'))
  log.write(line('kept'))
  await log.flush()
  const written = await readFile(join(folder, 'log', 'host.jsonl'), 'utf8')
  assert.match(written, /1 log lines were lost/)
  assert.match(written, /"kept"/)
  assert.deepEqual(echoed, ['lost', 'kept'])
})

test('a line that is too long is cut, and stays JSON', async (t) => {
  const folder = await folderOf(t)
  const log = createLog({ folder, nowMs: () => 5, echo: () => {} })
  log.write({ ...line('m'.repeat(40_000)), data: 'd'.repeat(40_000) })
  await log.flush()
  const written = JSON.parse(await readFile(join(folder, 'host.jsonl'), 'utf8')) as { cut: boolean; message: string }
  assert.equal(written.cut, true)
  assert.equal(written.message.length, 4_096)
})
