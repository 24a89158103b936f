/** The lobby as people have it: two of them, in a real browser, before a real house that is killed under them. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort, startHouse } from '../../examples/auction/demo/processes.ts'
import { buildRelease } from '../../src/release/index.ts'
import { noBrowserBecause, openBrowser } from './browser.ts'

const WAIT_MS = 10_000

async function startAuction(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'lobby-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const built = await buildRelease({
    dir: join(import.meta.dirname, '../../examples/auction'),
    out: join(folder, 'releases'),
  })
  assert.ok('digest' in built, 'the example builds')
  const options = { release: built.path, data: join(folder, 'data'), port: await freePort() }
  let house = await startHouse(options)
  t.after(() => house.kill())
  return {
    url: house.url,
    kill: () => house.kill(),
    async boot() {
      house = await startHouse(options)
    },
  }
}

/** A person with a page of their own, and what they can do with the keyboard. */
async function person(browser: Browser, { url, name }: { url: string; name: string }) {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(WAIT_MS)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${url}/?user=${name}`)
  const sees = (selector: string, text: string) => seesText(page, { selector, text })
  return {
    page,
    errors,
    sees,
    async bids(amount: string) {
      await page.locator('.lot input').focus()
      await page.keyboard.type(amount)
      await page.keyboard.press('Enter')
    },
  }
}

async function seesText(page: Page, { selector, text }: { selector: string; text: string }): Promise<void> {
  const place = page.locator(selector).filter({ hasText: text })
  await place.waitFor().catch(async (cause) => {
    const there = await page.locator(selector).allTextContents()
    throw new Error(`expected '${text}' in ${selector}, found ${JSON.stringify(there)}`, { cause })
  })
}

test('two people bid against each other in their browsers, also after the house was killed', {
  skip: noBrowserBecause,
  timeout: 60_000,
}, async (t) => {
  const [house, browser] = await Promise.all([startAuction(t), openBrowser(t)])
  const ada = await person(browser, { url: house.url, name: 'ada' })
  const bob = await person(browser, { url: house.url, name: 'bob' })
  await bob.sees('#empty', 'No lot is open')

  await ada.page.locator('summary').click()
  await ada.page.locator('#sell [name=title]').fill('A blue vase')
  await ada.page.keyboard.press('Enter')
  await ada.sees('.lot h3', 'A blue vase')
  await bob.sees('.lot h3', 'A blue vase')

  await ada.bids('12.5')
  await ada.sees('.lot .said', 'Your bid of $12.50 stands.')
  await ada.sees('#available', '$987.50')
  await bob.sees('.lot .amount', '$12.50')
  await bob.sees('.lot .by', 'ada')

  await bob.bids('3')
  await bob.sees('.lot .said', 'Too low: the highest is $12.50.')

  await house.kill()
  await ada.sees('#connection', 'No connection')
  await ada.bids('99')
  await ada.sees('.lot .said', 'nothing was sent')
  await ada.page.locator('.lot input').fill('')
  await house.boot()
  await ada.sees('#connection', 'Live')
  await bob.sees('#connection', 'Live')
  await bob.sees('.lot .amount', '$12.50')

  await bob.page.locator('.lot input').fill('')
  await bob.bids('20')
  await bob.sees('.lot .said', 'Your bid of $20.00 stands.')
  await ada.sees('.lot .amount', '$20.00')
  await ada.sees('.lot .said', 'You are outbid.')
  await ada.sees('#available', '$1,000.00')
  assert.deepEqual([...ada.errors, ...bob.errors], [])
})
