/** What people read, compared with the reviewed texts in `golden/`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCli } from '../../test/fake/cli.ts'
import { assertGolden } from '../../test/fake/golden.ts'
import { FAKE_LETTER, FAKE_STATUS, fakeHost } from '../../test/fake/host.ts'
import { startControl } from '../control/index.ts'
import type { Host } from '../host/index.ts'

type Case = {
  readonly args: readonly string[]
  readonly host?: Partial<Host> | null
  readonly env?: Record<string, string>
  readonly tty?: boolean
}

/** Each command with its answer, as in a terminal; the working folder is written `<here>`. */
async function transcript(t: TestContext, cases: readonly Case[]): Promise<string> {
  const texts: string[] = []
  for (const { args, host, env, tty } of cases) {
    const here = mkdtempSync(join(tmpdir(), 'cli-golden-'))
    t.after(() => rmSync(here, { recursive: true, force: true }))
    const options = { dataFolder: here, tempFolder: tmpdir(), selfsame: '0.1.0', pid: 4242 }
    const control = host === null ? null : await startControl({ host: fakeHost(host), ...options })
    const shown = args.map((arg) => (/^[\w./=<>-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')
    const { out, err, code } = await runCli(args, {
      cwd: here,
      env: { SELFSAME_DATA: here, ...env },
      ...(tty === undefined ? {} : { tty }),
    })
    await control?.close()
    const parts = [`$ selfsame ${shown}\n`, out, ...(err === '' ? [] : ['--- stderr\n', err]), `--- exit ${code}\n`]
    texts.push(parts.join('').replaceAll(here, '<here>'))
  }
  return texts.join('\n')
}

function golden(name: string, cases: readonly Case[]): void {
  test(`${name} reads as reviewed`, async (t) => {
    assertGolden(await transcript(t, cases), join(import.meta.dirname, 'golden', `${name}.txt`))
  })
}

const degraded: Partial<Host> = {
  status: async () => ({
    ...FAKE_STATUS,
    state: 'degraded',
    because: ["the cell 'mail' does not start: SMTP_URL is missing"],
    debts: ["auction is not hardened: its code may change the language's own objects"],
    cells: FAKE_STATUS.cells.map((cell) =>
      cell.name === 'mail'
        ? { ...cell, state: 'failed', restarts: 5, lastFault: 'SMTP_URL is missing\n at boot' }
        : cell,
    ),
    gateways: [{ host: '::1', port: 8080, connections: 1 }],
  }),
}

const verbs = [
  'build',
  'run',
  'status',
  'list',
  'inspect',
  'logs',
  'dead-letters',
  'check',
  'profile',
  'backup',
  'restore',
  'stop',
  'explain',
  'help',
  'version',
]

golden('help', [
  { args: [] },
  { args: ['--help'] },
  ...verbs.map((verb) => ({ args: ['help', verb] })),
  { args: ['list', '-h'] },
])
golden('status', [
  { args: ['status'] },
  { args: ['status', '--json'] },
  { args: ['status'], host: degraded },
  { args: ['status'], host: degraded, tty: true },
  { args: ['status'], host: degraded, tty: true, env: { NO_COLOR: '1' } },
])
golden('list', [
  { args: ['list', 'auction'] },
  { args: ['list', 'auction', '--limit', '2', '--prefix', 'lot-', '--where', 'phase=open', '--where', 'bids=2'] },
  { args: ['list', 'auction', '--limit=1', '--json'] },
  { args: ['list', 'auction'], host: { list: async () => [] } },
  {
    args: ['list', 'auction'],
    host: { list: async () => ['plain', 'two\nlines', '\u001b[31mred', 'abc\u202edef', 'ключ ☃'] },
  },
])
golden('inspect', [
  { args: ['inspect', 'auction', 'lot-1'] },
  { args: ['inspect', 'auction/lot-1', '--personal'] },
  { args: ['inspect', 'auction/lot-1', '--json'] },
  { args: ['inspect', 'auction', 'lot-9'] },
  { args: ['inspect', 'auction', 'lot-9', '--json'] },
  { args: ['inspect', 'auction'] },
])
golden('logs', [
  { args: ['logs'] },
  { args: ['logs', '--last', '1'] },
  { args: ['logs', '--component', 'auction', '--json'] },
  { args: ['logs', '--entity', 'auction/lot-1'], tty: true },
])
golden('dead-letters', [
  { args: ['dead-letters'] },
  { args: ['dead-letters'], host: { deadLetters: async () => [] } },
  {
    args: ['dead-letters'],
    host: { deadLetters: async () => [{ ...FAKE_LETTER, cause: 'timer', sender: null, reason: 'no\nstack' }] },
  },
  { args: ['dead-letters', '--limit', '1', '--json'] },
  { args: ['dead-letters', 'retry', '7'] },
  { args: ['dead-letters', 'discard', '7', '--json'] },
  { args: ['dead-letters', 'retry', '8'] },
  { args: ['dead-letters', 'retry'] },
  { args: ['dead-letters', 'retry', 'seven'] },
  { args: ['dead-letters', 'burn', '7'] },
])
golden('check', [
  { args: ['check'] },
  { args: ['check'], host: { checkInvariants: async () => [{ name: 'money is conserved', sum: -1.5, holds: false }] } },
  { args: ['check', '--json'] },
  { args: ['check'], host: { checkInvariants: async () => [] } },
])
golden('other-verbs', [
  { args: ['backup', 'copy.db'] },
  { args: ['backup', 'copy.db', '--json'] },
  { args: ['profile', 'auction', '--cpu', '--duration', '2s'] },
  { args: ['profile', 'auction', '--heap', '--out', 'heap', '--json'] },
  { args: ['stop'] },
  { args: ['stop', '--json'] },
  { args: ['explain', 'host-not-running'] },
  { args: ['explain', 'HOST_NOT_RUNNING'], tty: true },
])
golden('errors', [
  { args: ['status'], host: null },
  { args: ['status', '--json'], host: null },
  { args: ['status'], host: null, tty: true },
  { args: ['statsu'] },
  { args: ['statsu', '--json'] },
  { args: ['help', 'xyzzy'] },
  { args: ['list', 'auction', '--limti', '5'] },
  { args: ['list', 'auction', '--limit', 'many'] },
  { args: ['list', 'auction', '--limit', '0'] },
  { args: ['list', 'auction', '--limit'] },
  { args: ['list', 'auction', '--after', '--json'] },
  { args: ['list', 'auction', '--where', 'phase'] },
  { args: ['list'] },
  { args: ['list', 'auction', 'lot-1'] },
  { args: ['status', '--json=yes'] },
  { args: ['profile', 'auction'] },
  { args: ['profile', 'auction', '--cpu', '--heap'] },
  { args: ['profile', 'auction', '--cpu', '--duration', '10'] },
  { args: ['restore', 'copy.db'] },
  { args: ['explain', 'HOST_NOT_RUNING'] },
  { args: ['run', '--config', 'nowhere.json'] },
  { args: ['run', '--port', '99999'] },
  { args: ['check'], host: { checkInvariants: async () => Promise.reject(new Error('sums \u001b[2J')) } },
])
