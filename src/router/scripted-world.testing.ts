/** A router over the real store, with two components and a connector whose cells do what a test says. */
import { compileValidators, type JsonSchema } from '../schema/index.ts'
import { openStore } from '../store/index.ts'
import type { Address, Payload } from '../turn/index.ts'
import type { Contracted } from './admission.ts'
import type { RouterAnswer } from './errors.ts'
import { type CellPorts, FakeWorld, type FakeWorldOptions } from './fake-world.testing.ts'
import { ScriptedCell } from './scripted-cell.testing.ts'

type Declared = {
  access?: 'public' | 'system' | 'self'
  read?: boolean
  creates?: boolean
  input?: JsonSchema
}

const amount: JsonSchema = {
  type: 'object',
  properties: { amount: { type: 'integer' } },
  required: ['amount'],
  additionalProperties: false,
}

function contracted(
  name: string,
  kind: Contracted['kind'],
  messages: Readonly<Record<string, Declared>>,
): readonly [string, Contracted] {
  const key: JsonSchema = { type: 'string', pattern: '^[a-z]' }
  const codified = Object.entries(messages).map(([message, declared]) => {
    const { access = 'public', read = false, creates = false, input = null } = declared
    return [message, { access, read, creates, input, output: null, rejects: {} }] as const
  })
  const inputs = Object.entries(messages).flatMap(([message, { input }]) =>
    input === undefined ? [] : [[`message.${message}.input`, input] as const],
  )
  return [
    name,
    {
      kind,
      contract: { name, key, messages: Object.fromEntries(codified), events: {}, indexes: [] },
      validators: compileValidators({ key, ...Object.fromEntries(inputs) }),
      handles: { attached: name === 'lobby', detached: name === 'lobby' },
    },
  ]
}

export const LOT: Address = { component: 'auction', key: 'lot' }
export const ANN: Address = { component: 'ledger', key: 'ann' }
export const ADA = { identity: 'ada', connection: null }

export class ScriptedWorld extends FakeWorld {
  readonly cells: Record<string, ScriptedCell> = {}

  static async start(options: Partial<FakeWorldOptions> = {}): Promise<ScriptedWorld> {
    const world = new ScriptedWorld({
      store: openStore({ path: ':memory:', monotonicMs: () => 0, newStoreId: () => 'store' }),
      contracts: new Map([
        contracted('auction', 'component', {
          open: { creates: true },
          bid: { input: amount },
          poke: {},
          close: { access: 'self' },
          settle: { access: 'system' },
          standing: { read: true },
          inside: { read: true, access: 'system' },
        }),
        contracted('ledger', 'component', {
          hold: { access: 'system', input: amount },
          poke: {},
          balance: { read: true },
        }),
        contracted('lobby', 'component', { poke: {}, guests: { read: true } }),
        contracted('mail', 'connector', { send: { access: 'system' }, poke: {} }),
      ]),
      ...options,
    })
    for (const component of ['auction', 'ledger', 'lobby', 'mail']) await world.bootScripted(component)
    await world.until(world.router.start())
    return world
  }

  async bootScripted(component: string): Promise<ScriptedCell> {
    const make = (ports: CellPorts) => {
      const cell = new ScriptedCell(ports)
      this.cells[component] = cell
      return cell
    }
    await this.until(this.boot(component, make))
    return this.cell(component)
  }

  cell(component: string): ScriptedCell {
    const cell = this.cells[component]
    if (cell === undefined) throw new Error(`no cell '${component}'`)
    return cell
  }

  /** Asks, and remembers the answer. */
  ask(
    to: Address,
    message: string,
    given: { input?: object; key?: string; deadlineMs?: number; by?: string } = {},
  ): Waiting {
    const { input, key = null, deadlineMs, by = 'ada' } = given
    const text: Payload = input === undefined ? null : JSON.stringify(input)
    const caller = { identity: by, connection: null }
    const waiting: Waiting = { answers: [] }
    void this.router
      .request({ to, message, input: text, caller, idempotencyKey: key, from: 'gateway', deadlineMs })
      .then((answer) => waiting.answers.push(answer))
    return waiting
  }
}

export type Waiting = { answers: RouterAnswer[] }

/** `replied null`, `failed OVERLOADED`, or what else there is; `-` while there is none. */
export function told({ answers }: Waiting): string {
  return answers.map(said).join(', ') || '-'
}

export function said(answer: RouterAnswer | undefined): string {
  switch (answer?.type) {
    case 'replied':
      return `replied ${answer.output}`
    case 'rejected':
    case 'failed':
      return `${answer.type} ${answer.code}`
    default:
      return '-'
  }
}
