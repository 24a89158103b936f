import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeComponent, runInCell } from '../../cell.testing.ts'

/** Walks everything that can be reached from the globals and from common values, by every property and prototype. */
const WALK = `
  const POWERS = ['dlopen', '_linkedBinding', 'readFileSync', 'spawn', 'dispatch', 'getBuiltinModule', 'postMessage', 'mainModule']
  const seen = new Set(), powers = [], loose = []
  const walk = (value, path) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
    seen.add(value)
    if (Object.isExtensible(value)) loose.push(path + '.*')
    for (const name of Reflect.ownKeys(value)) {
      const here = path + '.' + String(name)
      if (POWERS.includes(name)) powers.push(here)
      const { value: inner, get, set, writable, configurable } = Reflect.getOwnPropertyDescriptor(value, name)
      // Names and lengths of functions carry nothing.
      if ((writable || configurable) && name !== 'name' && name !== 'length') loose.push(here)
      for (const next of [inner, get, set]) walk(next, here)
      // What is made anew at each look is not shared.
      if (get) try { if (value[name] === value[name]) walk(value[name], here) } catch {}
    }
    walk(Reflect.getPrototypeOf(value), path + '.[[Prototype]]')
  }
  walk(globalThis, 'globalThis')
  const globals = loose.splice(0)
  const made = [new URL('http://a'), new AbortController(), (async () => {})(), Reflect.getPrototypeOf((function* () {}).prototype), new Map().entries(), structuredClone({}), turn]
  if (typeof Response === 'function') made.push(new Response('a'), new Response('a').body.getReader(), new Request('http://a'), new Blob(['']), new Headers())
  for (const value of made) walk(value, 'made')
  return { count: seen.size, powers, globals, shared: loose.filter((path) => path.startsWith('made.[[Prototype]]')) }`

type Reached = { count: number; powers: string[]; globals: string[]; shared: string[] }

test('no power can be reached, and nothing shared can be written', async () => {
  for (const fetch of [[], ['api.example.com']]) {
    const codified = probeComponent({ permissions: { fetch, node: [] } })
    const { count, powers, globals, shared } = (await runInCell(WALK, { codified })) as Reached
    assert.ok(count > 1_000)
    assert.deepEqual(powers, [])
    assert.deepEqual(globals, [])
    assert.deepEqual(shared, [])
  }
})
