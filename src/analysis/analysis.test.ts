import assert from 'node:assert/strict'
import { test } from 'node:test'
import { analyse } from './index.ts'

/** Analyses small files; answers `CODE file:line because`, one finding a line. */
function found(files: Readonly<Record<string, string>>, aliases: Readonly<Record<string, string>> = {}): string[] {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/project/${name}`, text]))
  const paths = new Map(Object.entries(aliases).map(([specifier, name]) => [specifier, `/project/${name}`]))
  return analyse({ files: texts, root: '/project', aliases: paths }).findings.map(
    ({ code, place, because }) => `${code} ${place?.file}:${place?.line} ${because}`,
  )
}

/** One file; the expected codes with their lines. */
function check(text: string, expected: readonly string[]): void {
  assert.deepEqual(
    found({ 'a.ts': text }).map((line) => line.split(' ').slice(0, 2).join(' ').replace('a.ts:', '')),
    expected,
    text,
  )
}

test('finds every form of hidden state within one file', () => {
  const hidden = ['HIDDEN_STATE 2']
  check(`\nlet count = 0`, hidden)
  check(`\nexport var last: string | undefined`, hidden)
  check(`const list: number[] = []\nexport const add = (n: number) => { list.push(n) }`, hidden)
  check(`const seen = new Set<string>()\nexport function see(id: string) { seen.add(id) }`, hidden)
  check(`const table: Record<string, number> = {}\nexport function put(k: string) { table[k] = 1 }`, hidden)
  check(`const table = { n: 0 }\nexport function up() { table.n++ }`, hidden)
  check(`const table: Record<string, number> = {}\nexport function drop(k: string) { delete table[k] }`, hidden)
  check(`const table = {}\nexport function put(o: object) { Object.assign(table, o) }`, hidden)
  check(`const table = { a: 0, b: 0 }\nexport function put() { [table.a, table.b] = [1, 2] }`, hidden)
  check(`const rows = [{ n: 0 }]\nexport function put() { for (const row of rows) row.n = 1 }`, hidden)
  check(
    `const rows = [{ n: 0 }]\nexport function put() { const row = rows.find((r) => r.n === 0); if (row) row.n = 1 }`,
    hidden,
  )
  check(`const table = { inner: { n: 0 } }\nexport function put() { const { inner } = table; inner.n += 1 }`, hidden)
  check(`class Counter { static n = 0\n static up() { this.n++ } }\nexport const up = () => Counter.up()`, hidden)
  check(`class Counter { static n = 0 }\nexport const up = () => { Counter.n++ }`, hidden)
  check(`function f() {}\nexport const up = () => { (f as unknown as { n: number }).n = 1 }`, hidden)
  check(`const re = /x/g\nexport const has = (s: string) => re.test(s)`, hidden)
  check(`\nexport const up = () => { (globalThis as { n?: number }).n = 1 }`, hidden)
  check(`export const api = { n: 0,\n up() { this.n++ } }\nexport const go = () => api.up()`, ['HIDDEN_STATE 3'])
  check(`class C { n = 0; up() { this.n++ } }\nconst c = new C()\nexport const go = () => c.up()`, ['HIDDEN_STATE 3'])
  check(
    `class C { #n = 0; up() { this.bump() } bump() { this.#n++ } }\nconst c = new C()\nexport const go = () => c.up()`,
    ['HIDDEN_STATE 3'],
  )
  check(`const t = { n: 0 }\nfunction bump(x: { n: number }) { x.n++ }\nexport const go = () => bump(t)`, [
    'HIDDEN_STATE 3',
  ])
  check(`const next = (() => { let n = 0\n return () => ++n })()\nexport const go = () => next()`, ['HIDDEN_STATE 1'])
  check(`function counter() { let n = 0\n return () => ++n }\nexport const next = counter()`, hidden)
  check(`const t = new Map()\nexport const go = (xs: string[]) => xs.forEach((x) => t.set(x, 1))`, hidden)
})

test('says which object is written, and how', () => {
  assert.deepEqual(found({ 'a.ts': `const list: number[] = []\nexport const add = (n: number) => list.push(n)\n` }), [
    "HIDDEN_STATE a.ts:2 'list' (a.ts:1) lives as long as the module, and this function calls 'push' on it.",
  ])
  assert.deepEqual(
    found({ 'a.ts': `const t = { n: 0 }\nfunction bump(x: { n: number }) { x.n++ }\nexport const go = () => bump(t)` }),
    [
      "HIDDEN_STATE a.ts:3 't' (a.ts:1) lives as long as the module, and this function passes it to 'bump', which changes it.",
    ],
  )
})

test('lets pass what does not change after the module has been evaluated', () => {
  check(`export const fees = { low: 1, high: 2 }\nexport const fee = (n: number) => n < 10 ? fees.low : fees.high`, [])
  check(
    `const names = ['a', 'b']\nexport const index: Record<string, number> = {}\nnames.forEach((name, i) => { index[name] = i })`,
    [],
  )
  check(
    `const table: Record<string, number> = {}\nfor (let i = 0; i < 3; i++) table[i] = i\nexport const get = (i: number) => table[i]`,
    [],
  )
  check(
    `export const sort = (xs: readonly number[]) => [...xs].sort()\nconst all = [3, 1]\nexport const sorted = () => all.toSorted()`,
    [],
  )
  check(`const all = [3, 1]\nexport const sorted = () => { const copy = all.slice(); copy.sort(); return copy }`, [])
  check(
    `export const group = (xs: string[]) => { const m = new Map<string, number>(); for (const x of xs) m.set(x, 1); return m }`,
    [],
  )
  check(`export function make() { let n = 0; return () => ++n }\nexport const go = () => make()()`, [])
  check(`class C { n = 0; up() { this.n++ } }\nexport const go = () => { const c = new C(); c.up(); return c.n }`, [])
  check(`export const value = await Promise.resolve(1)`, [])
  check(`declare let ambient: number\nexport const get = () => ambient`, [])
  check(
    `function all(visit: (see: (n: number) => void) => void) { const found: number[] = []\n visit((n) => found.push(n))\n return found }\nexport const rows = all((see) => see(1))`,
    [],
  )
  check(`const word = /x/\nexport const has = (s: string) => word.test(s)`, [])
  check(
    `const take = (held: Record<string, number>, id: string) => { delete held[id] }\nexport const go = () => { const mine = { a: 1 }; take(mine, 'a') }`,
    [],
  )
})

test('follows a value from file to file, whatever it is called there', () => {
  const store = `export const cache = new Map<string, number>()\nconst rows: number[] = []\nexport default rows`
  const expected = (line: string) => [`HIDDEN_STATE b.ts:2 ${line}`]
  assert.deepEqual(
    found({ 'a.ts': store, 'b.ts': `import { cache as c } from './a.ts'\nexport const put = () => c.set('x', 1)` }),
    expected("'cache' (a.ts:1) lives as long as the module, and this function calls 'set' on it."),
  )
  assert.deepEqual(
    found({ 'a.ts': store, 'b.ts': `import * as all from './a.ts'\nexport const put = () => all.cache.set('x', 1)` }),
    expected("'cache' (a.ts:1) lives as long as the module, and this function calls 'set' on it."),
  )
  assert.deepEqual(
    found({ 'a.ts': store, 'b.ts': `import rows from './a.ts'\nexport const put = () => rows.push(1)` }),
    expected("'rows' (a.ts:2) lives as long as the module, and this function calls 'push' on it."),
  )
  assert.deepEqual(
    found(
      { 'a.ts': store, 'b.ts': `import { cache } from '@acme/a'\nexport const put = () => cache.clear()` },
      { '@acme/a': 'a.ts' },
    ),
    expected("'cache' (a.ts:1) lives as long as the module, and this function calls 'clear' on it."),
  )
})

const component = (handlers: string, rest = '') =>
  `import { component } from 'selfsame'\nimport { A } from './contract.ts'\nexport const a = component(A, {}).implement({ initial: () => ({}), ${rest} handlers: {\n${handlers}\n} })`

test('refuses to assign to the state of a handler', () => {
  check(component(`bid(state, input) { state = { ...state, ...input } }`), ['REASSIGNED_STATE 4'])
  check(component(`bid: (draft, input) => { if (input) { draft = input } }`), ['REASSIGNED_STATE 4'])
  check(component(`bid: async (state) => { [1].forEach(() => { state = null }) }`), ['REASSIGNED_STATE 4'])
  check(component(`bid() {}`, `attached(state) { state = 1 },`), ['REASSIGNED_STATE 3'])
  check(`function bid(state: unknown) { state = 1 }\n${component('bid')}`, ['REASSIGNED_STATE 1'])
  check(component(`bid(state, input) { state.n = 1; const s = state; s.m = 2; Object.assign(state, input) }`), [])
})

test('refuses bits of a plain number as flags', () => {
  check(component(`bid(state) { state.marks |= 4 }`), ['UNDECLARED_FLAGS 4'])
  check(component(`bid(state) { if (state.marks & 1) return }`), ['UNDECLARED_FLAGS 4'])
  check(`const has = (marks: number) => (marks & 1) === 1\n${component('bid: (state) => has(state.marks)')}`, [
    'UNDECLARED_FLAGS 1',
  ])
  check(component(`bid: (state) => state.n | 0`), [])
  check(component(`bid: (state, input) => input.n & 1`), [])
})

test('refuses code that is loaded or made while the cell runs', () => {
  check(`export const go = () => import('./b.ts')`, ['DYNAMIC_CODE 1'])
  check(`export const go = () => require('fs')`, ['DYNAMIC_CODE 1'])
  check(`export const go = (text: string) => eval(text)`, ['DYNAMIC_CODE 1'])
  check(`export const go = (text: string) => new Function(text)`, ['DYNAMIC_CODE 1'])
  check(`const require = (name: string) => name\nexport const go = () => require('x')`, [])
})

test('shows the line with its neighbours and a caret', () => {
  const files = new Map([['/project/a.ts', `// one\nexport let count = 0\n// three\n`]])
  const [finding] = analyse({ files, root: '/project' }).findings
  assert.equal(
    finding?.frame,
    ['  1 | // one', '> 2 | export let count = 0', '    |            ^', '  3 | // three'].join('\n'),
  )
})

test('says where a component declares its state', () => {
  const files = new Map([
    [
      '/project/c.ts',
      `import { contract } from 'selfsame'\nexport const Auction = contract('auction', { messages: { bid: {} } })`,
    ],
    [
      '/project/a.ts',
      `import { Auction as A } from './c.ts'\nexport const declared = component(A, {\n  state: z.strictObject({ bids: 1 }),\n  permissions: {},\n})`,
    ],
  ])
  const { declarations, imports } = analyse({ files, root: '/project' })
  assert.deepEqual(
    declarations.map(({ component, part, place }) => `${component}.${part} ${place.file}:${place.line}`),
    [
      'auction.contract c.ts:2',
      'auction.messages c.ts:2',
      'auction.messages.bid c.ts:2',
      'auction.state a.ts:3',
      'auction.state.bids a.ts:3',
      'auction.permissions a.ts:4',
    ],
  )
  assert.deepEqual(
    imports.map(({ specifier, place }) => `${specifier} ${place.file}:${place.line}:${place.column}`),
    ['selfsame c.ts:1:26', './c.ts a.ts:1:30'],
  )
})
