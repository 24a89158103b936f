import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { openapi } from './openapi.ts'
import { auctionContract, running, scriptedRouter } from './scripted.testing.ts'

const GOLDEN = new URL('golden/openapi.json', import.meta.url)

test('the document is the one that was reviewed (SELFSAME_ACCEPT=1 accepts another)', () => {
  const document = JSON.parse(JSON.stringify(openapi({ name: 'auction-house', contracts: [auctionContract] })))
  if (process.env['SELFSAME_ACCEPT'] === '1') writeFileSync(GOLDEN, `${JSON.stringify(document, null, 2)}\n`)
  assert.deepEqual(document, JSON.parse(readFileSync(GOLDEN, 'utf8')))
})

test('every reference in the document leads somewhere', () => {
  const document = openapi({ name: 'auction-house', contracts: [auctionContract] })
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '')
  assert.ok(references.length > 5)
  for (const reference of references) {
    let place: unknown = document
    for (const step of reference.split('/')) place = (place as Record<string, unknown>)[step]
    assert.equal(typeof place, 'object', reference)
  }
})

test('is served, with public messages of exposed contracts alone', async (t) => {
  const { gateway, url } = await running(scriptedRouter())
  t.after(() => gateway.stop({ graceMs: 0 }))
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object; info: { title: string } }
  assert.equal(document.info.title, 'auction-house')
  assert.deepEqual(Object.keys(document.paths), [
    '/auction/{key}/bid',
    '/auction/{key}/standing',
    '/auction/{key}/history',
    '/auction/{key}/wave',
  ])
})
