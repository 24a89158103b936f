/**
 * Holds the error codes together over all rooms: each is defined once, in the `errors.ts` of its room (unless it is
 * shared, below), has exactly one page in `docs/errors`, and is named by a test that provokes it.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { HOST_CODES } from '../../src/turn/index.ts'

const root = join(import.meta.dirname, '../..')
const CODE = /^[A-Z][A-Z0-9_]{4,}$/
/** What looks like a code in the sources and is none: codes of Node, variables of the environment, and an example. */
const NO_CODE =
  /^(ERR|HPE|SQLITE)_|^(NO_COLOR|FORCE_COLOR|SELFSAME_DATA|SMTP_URL)$|^(BID_TOO_LOW|NO_FUNDS|INSUFFICIENT_FUNDS|TOO_LATE)$/

/**
 * Codes that several rooms make, because the same thing can be found out in several places. Whoever reads the code must
 * not have to know in which: one meaning, one page. A room is added here only if its users would read that very page.
 */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  // The cell says that a handler threw; the router tells the caller, without the stack.
  HANDLER_FAILED: ['src/cell/guest/engine/errors.ts', 'src/router/errors.ts'],
  // Before queueing by the router; a continuation's input is composed in the cell.
  INPUT_INVALID: ['src/cell/guest/engine/errors.ts', 'src/router/errors.ts'],
  // The cell refuses what its manifest does not permit; the host does not trust the cell with it.
  FETCH_NOT_PERMITTED: ['src/cell/guest/engine/errors.ts', 'src/host/errors.ts'],
  // Where a contract is called in code, and where a name comes in from outside.
  MESSAGE_UNKNOWN: ['src/component/errors.ts', 'src/router/errors.ts'],
}

/** Code -> the files that define it. Whatever an `errors.ts` exports with codes as its names defines them. */
async function definitions(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for (const file of globSync('src/**/errors.ts', { cwd: root }).sort()) {
    const exported: Record<string, unknown> = await import(join(root, file))
    for (const value of Object.values(exported)) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
      for (const code of Object.keys(value).filter((name) => CODE.test(name))) {
        found.set(code, [...(found.get(code) ?? []), file])
      }
    }
  }
  // A closed list, whose codes some room may give a message; those that none does are defined by the list.
  for (const code of HOST_CODES) if (!found.has(code)) found.set(code, ['src/turn/outcome.ts'])
  return found
}

const read = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const words = (texts: readonly { text: string }[]) =>
  new Set(texts.flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []))

test('every code is defined by one room, or by those that share it', async () => {
  const twice = [...(await definitions())].filter(([, files]) => files.length > 1)
  assert.deepEqual(Object.fromEntries(twice), SHARED)
})

test('every code has a page, every page a code', async () => {
  const codes = new Set((await definitions()).keys())
  const pages = new Set(globSync('docs/errors/*.md', { cwd: root }).map((file) => basename(file, '.md')))
  assert.deepEqual(
    { withoutPage: [...codes.difference(pages)].sort(), withoutCode: [...pages.difference(codes)].sort() },
    { withoutPage: [], withoutCode: [] },
  )
})

test('every page opens with its code, says what it means, and what to do', () => {
  const unfit = read('docs/errors/*.md').filter(({ file, text }) => {
    const [title, empty, meaning] = text.split('\n')
    const complete = title === `# ${basename(file, '.md')}` && empty === '' && meaning !== undefined && meaning !== ''
    return !complete || !/remedy/i.test(text)
  })
  assert.deepEqual(
    unfit.map(({ file }) => file),
    [],
  )
})

test('every code is provoked by a test', async () => {
  const named = words([...read('{src,test,examples}/**/*.test.ts'), ...read('src/**/golden/*.txt')])
  const untested = [...(await definitions()).keys()].filter((code) => !named.has(code)).sort()
  assert.deepEqual(untested, [])
})

test('no room uses a code that is not defined', async () => {
  const codes = await definitions()
  const sources = read('src/**/*.ts').filter(({ file }) => !file.endsWith('.test.ts'))
  const used = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'|\bcode: '([A-Z][A-Z0-9_]+)'/g)].map(
      ([, spelled, given]) => `${spelled ?? given} in ${file}`,
    ),
  )
  const undefinedCodes = used.filter((use) => {
    const code = use.split(' ')[0] ?? ''
    return !codes.has(code) && !NO_CODE.test(code)
  })
  assert.deepEqual([...new Set(undefinedCodes)], [])
})
