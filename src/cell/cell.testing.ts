/** For tests: a cell from source text, with real workers and the real clock. */
import { createHash } from 'node:crypto'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { realClock } from '../base/clock.testing.ts'
import type { Clock } from '../base/index.ts'
import type { CodifiedComponent, CodifiedContract } from '../component/codified.ts'
import type { CellImage, ReleaseFile } from '../release/manifest.ts'
import { type CellToStore, type Delivery, pack, type StoreToCell, unpack } from '../turn/index.ts'
import type { Cell, CellLimits } from './cell.ts'
import type { Codified, FromGuest } from './cell-items.ts'
import { startCell } from './start-cell.ts'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const encoder = new TextEncoder()

function file(path: string, bytes: Uint8Array): ReleaseFile {
  return { path, digest: sha256(bytes), bytes: bytes.byteLength }
}

const message = { access: 'public', read: false, creates: false, input: null, output: null, rejects: {} } as const

/** `make` creates, `run` changes nothing but what the script does, `look` reads. */
export const CONTRACT: CodifiedContract = {
  name: 'probe',
  key: { type: 'string' },
  messages: {
    make: { ...message, creates: true },
    run: { ...message, output: {} },
    look: { ...message, read: true, output: {} },
  },
  events: {},
  indexes: [],
}

export function probeComponent(changes: Partial<CodifiedComponent> = {}): CodifiedComponent {
  return {
    kind: 'component',
    contract: CONTRACT,
    state: {},
    config: null,
    chain: { steps: [], version: 'v1', versions: ['v1'] },
    invariants: [],
    handles: { attached: false, detached: false, cache: false },
    permissions: { fetch: [], node: [] },
    hardened: true,
    ...changes,
  } as CodifiedComponent
}

/** A component whose `run` handler has this body: `(state, input, turn) => ...`. `top` runs while the module loads. */
export function probeScript({
  run = '',
  top = '',
  look = 'return state',
}: {
  run?: string
  top?: string
  look?: string
}): string {
  return `(require) => { ${top}
const messages = { make: { creates: true, access: 'public' }, run: { access: 'public' }, look: { read: true, access: 'public' } }
const contract = { name: 'probe', definition: { messages } }
return { default: { kind: 'component', contract, state: null, behaviour: { initial: () => ({ runs: 0 }), handlers: {
  make() {}, async run(state, input, turn) { ${run} }, look(state, input, turn) { ${look} } } } } } }`
}

const ANYTHING = ['key', 'state', 'message.run.output', 'message.look.output']
const VALIDATORS = `() => ({ validators: { ${ANYTHING.map((name) => `'${name}': () => null`).join(', ')} } })`

export type TestCellOptions = {
  readonly script: string
  readonly codified?: Codified
  readonly secrets?: Readonly<Record<string, string>>
  readonly storePort?: MessagePort
  readonly inspect?: boolean
  readonly limits?: CellLimits
  readonly map?: string
  readonly cacheFolder?: string
  readonly output?: (text: string) => void
  /** Changes the image after its digests were taken. */
  readonly corrupt?: (image: CellImage) => CellImage
  readonly clock?: Clock
}

export type TestCell = {
  readonly cell: Cell
  readonly items: FromGuest[]
  /** The first item, past or future, that passes. */
  readonly find: <T extends FromGuest['type']>(
    type: T,
    test?: (item: Extract<FromGuest, { type: T }>) => boolean,
  ) => Promise<Extract<FromGuest, { type: T }>>
}

export function testCell(options: TestCellOptions): TestCell {
  const { codified = probeComponent(), script } = options
  const name = codified.kind === 'edge' ? 'edge' : codified.kind === 'route' ? codified.name : codified.contract.name
  const bytes = encoder.encode(script)
  const validators = codified.kind === 'component' || codified.kind === 'connector' ? encoder.encode(VALIDATORS) : null
  const image: CellImage = {
    name,
    digest: sha256(bytes),
    script: file(`${name}.js`, bytes),
    validators: validators === null ? null : file(`${name}.validators.js`, validators),
    map: file(`${name}.js.map`, encoder.encode(options.map ?? '{}')),
    codified,
    packages: [],
  }
  const cell = startCell(
    {
      image: options.corrupt?.(image) ?? image,
      bytes: { script: bytes, validators, map: options.map === undefined ? undefined : encoder.encode(options.map) },
      epoch: 1,
      config: null,
      secrets: options.secrets ?? {},
      storePort: options.storePort ?? null,
      inspect: options.inspect ?? false,
      cacheFolder: options.cacheFolder,
      limits: options.limits,
    },
    {
      spawn: (entry, worker) => new Worker(entry, worker),
      clock: options.clock ?? realClock,
      digest: sha256,
      schedule: setImmediate,
      output: (text) => options.output?.(text),
    },
  )
  const items: FromGuest[] = []
  const waiting = new Set<() => void>()
  cell.onItems((came) => {
    items.push(...came)
    for (const look of waiting) look()
  })
  const find: TestCell['find'] = (type, test) =>
    new Promise((resolve) => {
      const look = () => {
        const found = items.find(
          (item): item is Extract<FromGuest, { type: typeof type }> =>
            item.type === type && (test?.(item as never) ?? true),
        )
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { cell, items, find }
}

export type TestStore = { readonly port: MessagePort; readonly posted: CellToStore[]; readonly close: () => void }

/** A store that has one and the same record under every key, and keeps what is posted to it. */
export function testStore(state = '{"runs":0}'): TestStore {
  const { port1, port2 } = new MessageChannel()
  const posted: CellToStore[] = []
  port1.on('message', (batch: string) => {
    const items = unpack<CellToStore>(batch)
    posted.push(...items)
    const answers: StoreToCell[] = []
    for (const item of items) {
      if (item.type === 'load') {
        const record = { key: item.key, state, revision: 1, sequence: 0, version: 'v1' }
        answers.push({ type: 'loaded', id: item.id, record })
      } else if (item.type === 'list') answers.push({ type: 'listed', id: item.id, keys: ['a', 'b'] })
    }
    port1.postMessage(pack(answers))
  })
  return { port: port2, posted, close: () => port1.close() }
}

/** The instant of every turn in tests: 2026-02-03T04:05:06.789Z. */
export const TURN_MS = Date.UTC(2026, 1, 3, 4, 5, 6, 789)

export function delivery(turn: number, changes: Partial<Delivery> = {}): Delivery {
  return {
    type: 'turn',
    turn,
    to: { component: 'probe', key: 'one' },
    lease: 1,
    message: 'run',
    input: null,
    caller: { identity: 'tester', connection: null },
    cause: { type: 'request', request: turn, idempotency: null },
    nowMs: TURN_MS,
    seed: 'a seed',
    recorded: [],
    ...changes,
  }
}

/** Starts a probe with a handler of this body, runs one turn, and gives back what the handler returned. */
export async function runInCell(
  run: string,
  options: Omit<TestCellOptions, 'script'> & { readonly top?: string; readonly seed?: string } = {},
): Promise<unknown> {
  const store = testStore()
  const { cell, items, find } = testCell({
    ...options,
    script: probeScript({ run, top: options.top ?? '' }),
    storePort: store.port,
  })
  try {
    await cell.ready
    cell.send(delivery(1, options.seed === undefined ? {} : { seed: options.seed }))
    await Promise.race([find('answered'), find('faulted'), cell.ended])
    const end = items.find((item) => item.type === 'answered' || item.type === 'faulted')
    if (end?.type === 'faulted')
      throw Object.assign(new Error(end.fault.message), { code: end.fault.code, fault: end.fault })
    if (end?.type !== 'answered' || end.outcome.type !== 'replied')
      throw new Error(`no reply: ${JSON.stringify(items)}`)
    return end.outcome.output === null ? undefined : JSON.parse(end.outcome.output)
  } finally {
    await cell.kill()
    store.close()
  }
}
