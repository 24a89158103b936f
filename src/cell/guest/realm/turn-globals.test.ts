import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TurnWorld } from '../engine/index.ts'
import { turnGlobals } from './turn-globals.ts'

function world(changes: Partial<TurnWorld> = {}): TurnWorld {
  return {
    turn: 1,
    nowMs: () => 1_000,
    random: () => 0.25,
    uuid: () => 'the uuid',
    fetch: async ({ url, method, headers, body }) => ({
      url,
      status: 200,
      statusText: 'OK',
      headers,
      body: btoa(`${method} ${body === null ? '' : atob(body)}`),
    }),
    ...changes,
  }
}

test("inside a turn the globals are the turn's, outside they are the real ones", async () => {
  const globals = turnGlobals()
  globals.install()
  try {
    const inside = await globals.within(world(), async () => {
      await null
      return [
        Date.now(),
        new Date().getHours(),
        Math.random(),
        crypto.randomUUID(),
        crypto.getRandomValues(new Uint8Array(1))[0],
        new Date().getTimezoneOffset(),
      ]
    })
    assert.deepEqual(inside, [1_000, 0, 0.25, 'the uuid', 64, 0])
    assert.ok(Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 60_000)
    assert.notEqual(Math.random(), Math.random())
    assert.equal(crypto.randomUUID().length, 36)
    assert.ok(new Date() instanceof Date)
  } finally {
    globals.uninstall()
  }
})

test('fetch inside a turn is recorded data, and a Response again', async () => {
  const globals = turnGlobals()
  globals.install()
  try {
    const response = await globals.within(world(), () =>
      fetch('http://a.b/c', { method: 'POST', body: 'x', headers: { 'x-y': 'z' } }),
    )
    assert.deepEqual(
      [response.url, response.status, response.headers.get('x-y'), await response.text()],
      ['http://a.b/c', 200, 'z', 'POST x'],
    )
    const empty = await globals.makeFetch(
      world({ fetch: async ({ url }) => ({ url, status: 204, statusText: '', headers: [], body: '' }) }),
    )('http://a.b/')
    assert.equal(empty.body, null)
  } finally {
    globals.uninstall()
  }
})

test('uninstalling puts every global back', () => {
  const before = [
    Date,
    Date.now,
    Math.random,
    fetch,
    crypto.randomUUID,
    Intl.DateTimeFormat,
    Date.prototype.getHours,
    Date.prototype.constructor,
  ]
  const globals = turnGlobals()
  globals.install()
  assert.notEqual(Date, before[0])
  globals.uninstall()
  const after = [
    Date,
    Date.now,
    Math.random,
    fetch,
    crypto.randomUUID,
    Intl.DateTimeFormat,
    Date.prototype.getHours,
    Date.prototype.constructor,
  ]
  assert.deepEqual(after, before)
})
