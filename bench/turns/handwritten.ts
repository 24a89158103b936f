/**
 * What one would write by hand for the same work with the same durability: Fastify, a schema for the body, and
 * `node:sqlite` with WAL and `synchronous=FULL`, where all requests of one event-loop tick commit together.
 *
 *   node bench/turns/handwritten.ts <folder>     prints the port it listens on
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fastify from 'fastify'

const database = new DatabaseSync(join(process.argv[2] ?? '.', 'handwritten.db'))
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table if not exists counters (key text primary key, state text not null) without rowid;
`)
const load = database.prepare('select state from counters where key = ?')
const save = database.prepare('insert into counters values (?, ?) on conflict do update set state = excluded.state')

type State = { total: number; turns: number; note: string }
type Waiting = { key: string; amount: number; settle: (total: number) => void; fail: (error: unknown) => void }
let waiting: Waiting[] = []

function commit() {
  const group = waiting
  waiting = []
  const totals: number[] = []
  try {
    database.exec('begin immediate')
    for (const { key, amount } of group) {
      const row = load.get(key) as { state: string } | undefined
      const state: State = row
        ? JSON.parse(row.state)
        : { total: 0, turns: 0, note: `the counter of ${key}, with a text to give the record some size` }
      state.total += amount
      state.turns += 1
      save.run(key, JSON.stringify(state))
      totals.push(state.total)
    }
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    for (const { fail } of group) fail(error)
    return
  }
  for (const [i, { settle }] of group.entries()) settle(totals[i] ?? 0)
}

const app = fastify()
app.post<{ Params: { key: string }; Body: { amount: number } }>(
  '/counter/:key/add',
  {
    schema: {
      params: { type: 'object', properties: { key: { type: 'string', minLength: 1, maxLength: 40 } } },
      body: {
        type: 'object',
        properties: { amount: { type: 'integer', minimum: 0, maximum: 1000 } },
        required: ['amount'],
        additionalProperties: false,
      },
      response: { 200: { type: 'object', properties: { total: { type: 'integer' } } } },
    },
  },
  async ({ params, body }) => ({
    total: await new Promise<number>((settle, fail) => {
      if (waiting.length === 0) setImmediate(commit)
      waiting.push({ key: params.key, amount: body.amount, settle, fail })
    }),
  }),
)
await app.listen({ port: 0, host: '127.0.0.1' })
const address = app.server.address()
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address ? address.port : 0 })}\n`)
