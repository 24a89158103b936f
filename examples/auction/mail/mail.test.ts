/** Mail to the winner, through the real connector with nodemailer and a real mail server; in process and in a real host. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestSystem } from 'selfsame/testkit'
import { buildRelease } from '../../../src/release/index.ts'
import { Auction } from '../auction/contract.ts'
import { freePort, startHouse } from '../demo/processes.ts'
import { LOT_MS, openHouse, purse } from '../house.testing.ts'
import { type Post, startPost } from './post.testing.ts'

const WAIT_MS = 15_000

async function until(what: string, is: () => boolean): Promise<void> {
  const endMs = performance.now() + WAIT_MS
  while (!is()) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`)
    await sleep(20)
  }
}

type Sale = { winner: string; post: Post; onOpen?: (house: TestSystem) => void }

/** A house in process whose lot-1 is sold to `winner`, and what its turns logged. */
async function sold(t: TestContext, { winner, post, onOpen }: Sale) {
  t.after(post.close)
  const logged: { message: string; data?: unknown }[] = []
  const house = await openHouse([winner], {
    secrets: { SMTP_URL: post.url },
    log: (line) => logged.push(line),
  })
  t.after(() => house.close())
  onOpen?.(house)
  await house.as(winner).at(Auction, 'lot-1').bid({ amount: 100 })
  /** Mail travels in real time, which the simulated clock does not wait for: it only moves on a little. */
  const later = async (what: string, is: () => boolean) => {
    const endMs = performance.now() + WAIT_MS
    while (!is()) {
      if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`)
      await sleep(20)
      await house.clock.advance(200)
    }
    await house.quiet()
  }
  const told = () => logged.filter(({ message }) => message === 'the winner could not be told').map(({ data }) => data)
  await house.clock.advance(LOT_MS)
  return { house, later, told }
}

test('the winner is told by one mail, to their address', async (t) => {
  const post = await startPost()
  const { later, told } = await sold(t, { winner: 'ada', post })
  await later('the mail is there', () => post.mails.length > 0)
  assert.deepEqual(
    post.mails.map(({ to }) => to),
    ['ada@auction.example'],
  )
  assert.match(post.mails[0]?.text ?? '', /Subject: Vase is yours/)
  assert.match(post.mails[0]?.id ?? '', /^<.+@auction\.example>$/)
  assert.deepEqual(told(), [])
})

test('a mail that the server refuses for good is a rejection, and the sale stands', async (t) => {
  const post = await startPost()
  post.manner.refuses = 550
  const { house, later, told } = await sold(t, { winner: 'ada', post })
  await later('the lot is told', () => told().length > 0)
  assert.deepEqual(told(), [{ code: 'BOUNCED' }])
  assert.deepEqual(await purse(house, 'carol'), { available: 97.5, held: 0 })
  assert.deepEqual(await house.deadLetters(), [])
})

test('a mail that is never taken is given up in the end, and kept as a dead letter', async (t) => {
  const post = await startPost()
  post.manner.refuses = 451
  const { house, later, told } = await sold(t, { winner: 'ada', post })
  await later('the lot is told', () => told().length > 0)
  assert.deepEqual(told(), [{ code: 'UNDELIVERED' }])
  assert.deepEqual(
    (await house.deadLetters()).map(({ to, message, attempts }) => [to.key, message, attempts]),
    [['ada@auction.example', 'deliver', 8]],
  )
})

test('a winner whose name makes no address is a dead letter, and the sale stands', async (t) => {
  const post = await startPost()
  const { house, told } = await sold(t, { winner: 'ada of somewhere', post })
  assert.deepEqual(told(), [{ code: 'UNDELIVERED' }])
  assert.deepEqual(await purse(house, 'carol'), { available: 97.5, held: 0 })
  assert.equal((await house.deadLetters()).length, 1)
})

test('a cell that ends between sending and committing sends again, under the same id', async (t) => {
  const post = await startPost()
  const { later } = await sold(t, {
    winner: 'ada',
    post,
    onOpen(house) {
      post.manner.taken = () => (post.mails.length === 1 ? house.crashCell('mail') : undefined)
    },
  })
  await later('it is sent again', () => post.mails.length === 2)
  assert.deepEqual([post.mails.length, new Set(post.mails.map(({ id }) => id)).size], [2, 1])
})

test('mail of a real host: one per sale; late when the server was down; under one id when the host was killed', {
  timeout: 90_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const built = await buildRelease({ dir: join(import.meta.dirname, '..'), out: join(folder, 'releases') })
  assert.ok('digest' in built, 'the example builds')
  let post = await startPost()
  t.after(() => post.close())
  const options = { release: built.path, data: join(folder, 'data'), port: await freePort(), smtpUrl: post.url }
  let house = await startHouse(options)
  t.after(() => house.kill())

  const sends = async (path: string, body?: object) => {
    const headers = { 'x-user': 'ada', 'content-type': 'application/json' }
    const response = await fetch(house.url + path, { method: 'POST', headers, body: JSON.stringify(body) ?? null })
    assert.ok(response.ok, `${path}: ${response.status}`)
  }
  const sells = async (lot: string) => {
    await sends('/lots', { lot, title: lot, seller: 'carol', endsInMs: 400 })
    await sends(`/auction/${lot}/bid`, { amount: 10 })
  }
  const mailsOf = (lot: string) => post.mails.filter(({ text }) => text.includes(`${lot} is yours`))
  await sends('/ledger/ada/join')

  await sells('lot-sent')
  await until('the mail is there', () => mailsOf('lot-sent').length > 0)

  await post.close()
  await sells('lot-late')
  await until('the house has tried', () => house.log().includes('ECONNREFUSED'))
  const sentBefore = post.mails
  post = await startPost(post.port)
  await until('the mail is there', () => mailsOf('lot-late').length > 0)

  post.manner.refuses = 550
  await sells('lot-bounced')
  await until('the lot is told', () => house.log().includes('the winner could not be told'))
  assert.match(house.log(), /"entity":"auction\/lot-bounced".*"code":"BOUNCED"|"code":"BOUNCED".*auction\/lot-bounced/)
  post.manner.refuses = null

  post.manner.taken = () => (mailsOf('lot-killed').length === 1 ? house.kill() : undefined)
  await sells('lot-killed')
  await until('the house is killed', () => house.process.signalCode === 'SIGKILL')
  house = await startHouse(options)
  await until('the mail is sent again', () => mailsOf('lot-killed').length === 2)
  assert.equal(await house.stop(), 0)
  assert.equal(new Set(mailsOf('lot-killed').map(({ id }) => id)).size, 1)
  assert.deepEqual(
    [...sentBefore, ...post.mails].map(({ text }) => /Subject: (\S+)/.exec(text)?.[1]),
    ['lot-sent', 'lot-late', 'lot-killed', 'lot-killed'],
  )
})
