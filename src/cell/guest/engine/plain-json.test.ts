import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as vm from 'node:vm'
import fc from 'fast-check'
import { deepFrozen, notJson, utf8Bytes } from './plain-json.ts'

test('takes every JSON value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => notJson(value) === null))
})

test('names where the first thing lies that JSON cannot say', () => {
  const path = (value: unknown) => notJson(value)?.path
  assert.equal(path({ a: [{ b: Number.NaN }] }), 'a[0].b')
  assert.equal(path([[Symbol('x')]]), '[0][0]')
  assert.equal(path(undefined), '')
  assert.equal(path({ a: { toJSON: () => 1 } }), 'a.toJSON')
})

test('takes plain objects of any realm and those without a prototype, and no others', () => {
  assert.equal(notJson(vm.runInNewContext('({ a: [1] })')), null)
  assert.equal(notJson(Object.assign(Object.create(null), { a: 1 })), null)
  for (const value of [new Set(), new Date(0), /x/, Promise.resolve(), new (class Lot {})(), Object.create({ a: 1 })]) {
    assert.notEqual(notJson(value), null)
  }
})

test('counts the bytes of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => utf8Bytes(text) === new TextEncoder().encode(text).length),
  )
})

test('freezes a whole tree', () => {
  const value = deepFrozen({ a: [{ b: {} }], c: null })
  assert.ok(Object.isFrozen(value.a[0]?.b))
  assert.throws(() => value.a.push({ b: {} }), TypeError)
})
