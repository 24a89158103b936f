/** The lobby: a Hono app. It lists lots by index, opens new ones, and serves one small live page. */
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { isRejection, route, type World } from 'selfsame'
import * as z from 'zod'
import { Auction } from '../auction/contract.ts'
import { AccountId, LotId } from '../keys.ts'
import { page } from './page.ts'

const LOTS_MAX = 200
const STREAM_INTERVAL_MS = 1_000

const LOT_LASTS_MS_MAX = 30 * 24 * 60 * 60 * 1_000

const NewLot = z.strictObject({
  lot: LotId,
  title: z.string().trim().min(1).max(120),
  seller: AccountId,
  endsInMs: z.number().positive().max(LOT_LASTS_MS_MAX),
})

const app = new Hono<{ Bindings: World }>()

async function openLots(world: World) {
  const keys = await world.list(Auction, { limit: LOTS_MAX, where: { byPhase: 'open' } })
  const standings = await Promise.all(
    keys.map(async (key) => {
      try {
        return { lot: key, ...(await world.ask(Auction, key).standing()) }
      } catch (error) {
        if (isRejection(error, Auction, 'standing')) return undefined
        throw error
      }
    }),
  )
  return standings.filter((standing) => standing !== undefined)
}

app.get('/', (c) => c.html(page))

app.get('/lots', async (c) => c.json(await openLots(c.env)))

/** The same list once a second, a line each, for as long as the client listens. */
app.get('/lots/stream', (c) => {
  c.header('content-type', 'application/x-ndjson')
  return stream(c, async (out) => {
    out.onAbort(() => console.log('a client stopped listening to the lots'))
    while (!out.aborted) {
      await out.write(`${JSON.stringify(await openLots(c.env))}\n`)
      await out.sleep(STREAM_INTERVAL_MS)
    }
  })
})

app.post('/lots', async (c) => {
  const body: unknown = await c.req.json().catch(() => undefined)
  const { success, data, error } = NewLot.safeParse(body)
  if (!success) return c.json({ issues: error.issues.map(({ path, message }) => ({ path, message })) }, 400)
  const { lot, title, seller, endsInMs } = data
  await c.env.send(Auction, lot).open({ title, seller, endsAt: Math.round(Date.now() + endsInMs) })
  return c.json({ lot }, 201)
})

export const site = route(app)
