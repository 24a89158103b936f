import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashHex, SeededRandom } from './random.ts'

test('the same seed gives the same numbers, on every machine and version', () => {
  const random = new SeededRandom('selfsame')
  const drawn = [random.fraction(), random.uuid(), random.word()]
  assert.deepEqual(drawn, FIRST_OF_SELFSAME)
})

// Recorded turns rest on these: whoever changes the generator changes what a turn does when it runs again.
const FIRST_OF_SELFSAME = [0.46171016170592005, 'f67e2fcf-7437-4a31-9038-4e829465dd87', 1_714_110_613]

test('fractions are evenly spread from 0 to below 1', () => {
  const random = new SeededRandom('spread')
  const buckets = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) {
    const fraction = random.fraction()
    assert.ok(fraction >= 0 && fraction < 1)
    buckets[Math.floor(fraction * 10)] = (buckets[Math.floor(fraction * 10)] ?? 0) + 1
  }
  for (const count of buckets) assert.ok(count > 850 && count < 1_150, `${count} of 10,000 in one tenth`)
})

test('makes UUIDs of version 4 that do not repeat', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 2_000; seed++) {
    const uuid = new SeededRandom(`seed-${seed}`).uuid()
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    seen.add(uuid)
  }
  assert.equal(seen.size, 2_000)
})

test('hashes tell similar texts apart', () => {
  const texts = Array.from({ length: 5_000 }, (_, i) => `lot-${i}`)
  assert.equal(new Set(texts.map(hashHex)).size, texts.length)
  assert.match(hashHex(''), /^[0-9a-f]{32}$/)
})
