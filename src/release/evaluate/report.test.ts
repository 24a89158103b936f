import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { component, contract, system } from '../../component/index.ts'
import { report } from './report.ts'

const Counter = contract('counter', { key: z.string().max(40), messages: { open: { creates: true } } })
const counter = component(Counter, { state: z.strictObject({}) }).implement({
  initial: () => ({}),
  handlers: { open() {} },
})
const house = system({ name: 'house', components: [counter] })

test('names every export that is the very value', () => {
  const evaluated = report([
    ['system.ts', { default: house }],
    ['counter.ts', { counter, other: { ...counter } }],
    ['index.ts', { counted: counter }],
  ])
  assert.ok(evaluated.type === 'evaluated')
  assert.equal(evaluated.codified.name, 'house')
  assert.deepEqual(evaluated.homes, [
    {
      name: 'counter',
      kind: 'component',
      exports: [
        { module: 'counter.ts', name: 'counter' },
        { module: 'index.ts', name: 'counted' },
      ],
    },
  ])
})

test('answers plain data, which can pass to another thread', () => {
  const evaluated = report([['system.ts', { default: house }]])
  assert.deepEqual(structuredClone(evaluated), evaluated)
})

test('refuses what no system() made', () => {
  for (const value of [undefined, {}, counter, { ...house }]) {
    assert.equal(report([['system.ts', { default: value }]]).type, 'refused')
  }
})
