/** `selfsame status`: what runs, and how well. */
import type { CellStatus, HostStatus } from '../../host/index.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import type { Style, Terminal } from '../terminal.ts'
import { bytes, count, counted, harmless, instant, shortDigest, span, table, urlOf } from '../text.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

export const status: Verb = {
  name: 'status',
  summary: 'show what runs, and how well',
  usage: ['status'],
  takes: [],
  options: HOST_OPTIONS,
  notes: ['Exits with 0 whenever the host answers, degraded or not; scripts read `state` of --json.'],
  async run(input, powers) {
    const { terminal } = powers
    const status = await withHost(input, powers, (client) => client.call('status', null))
    if (input.json) terminal.out(JSON.stringify(status, null, 2))
    else for (const line of statusLines(status, { terminal, nowMs: powers.nowMs() })) terminal.out(line)
    return EXIT_CODES.ok
  },
}

const STATE_STYLES: Readonly<Record<HostStatus['state'] | CellStatus['state'], Style>> = {
  starting: 'warn',
  serving: 'good',
  degraded: 'bad',
  stopping: 'warn',
  replacing: 'warn',
  failed: 'bad',
  stopped: 'faint',
}

function statusLines(status: HostStatus, { terminal, nowMs }: { terminal: Terminal; nowMs: number }): string[] {
  const { generation, store } = status
  const state = terminal.paint(STATE_STYLES[status.state], status.state)
  const entities = Object.entries(store.entities)
  const total = entities.reduce((sum, [, amount]) => sum + amount, 0)
  const perComponent = entities.map(([name, amount]) => `${harmless(name)} ${count(amount)}`).join(', ')
  return [
    `${terminal.paint('strong', harmless(status.system))}  ${state}, up ${span(nowMs - status.startedAtMs)}, pid ${status.pid}`,
    ...status.because.map((reason) => `  ${terminal.paint('bad', '!')} ${harmless(reason)}`),
    `generation ${generation.generation}, release ${shortDigest(generation.release)}, runtime ${shortDigest(generation.runtime)}, Node ${generation.node}, since ${instant(generation.atMs)}`,
    '',
    ...cellLines(status.cells, terminal),
    '',
    ...status.gateways.map(
      ({ host, port, connections }) => `gateway  ${urlOf({ host, port })}, ${counted(connections, 'connection')}`,
    ),
    `store    ${counted(total, 'entity', 'entities')}${entities.length === 0 ? '' : ` (${perComponent})`}`,
    `         outbox ${count(store.outbox)}, timers ${count(store.timers)}, waits ${count(store.waits)}, dead letters ${
      store.deadLetters === 0 ? '0' : terminal.paint('warn', count(store.deadLetters))
    }`,
    `         commit ${count(store.commit)}, last took ${count(store.commitMs.last)} ms, slowest ${count(store.commitMs.worst)} ms; database ${bytes(store.databaseBytes)}, WAL ${bytes(store.walBytes)}`,
    `data     ${harmless(status.dataFolder)}`,
    ...status.debts.map((debt) => `debt     ${terminal.paint('warn', harmless(debt))}`),
  ]
}

function cellLines(cells: readonly CellStatus[], terminal: Terminal): string[] {
  const [head = '', ...rows] = table({
    head: ['cell', 'kind', 'state', 'digest', 'epoch', 'restarts', 'waiting', 'in flight', 'heap'],
    rows: cells.map((cell) => [
      harmless(cell.name),
      cell.kind,
      cell.state,
      shortDigest(cell.digest),
      count(cell.epoch),
      count(cell.restarts),
      count(cell.waiting),
      count(cell.inFlight),
      cell.heapBytes === null ? '-' : bytes(cell.heapBytes),
    ]),
    right: ['epoch', 'restarts', 'waiting', 'in flight', 'heap'],
  })
  const lines = rows.flatMap((row, place) => {
    const cell = cells[place]
    if (cell === undefined) return [row]
    // Coloured after it was laid out, because colours have no width.
    const coloured =
      cell.state === 'serving'
        ? row
        : row.replace(` ${cell.state} `, ` ${terminal.paint(STATE_STYLES[cell.state], cell.state)} `)
    return cell.lastFault === null
      ? [coloured]
      : [coloured, `  ${terminal.paint('faint', 'last fault:')} ${harmless(cell.lastFault)}`]
  })
  return [terminal.paint('faint', head), ...lines]
}
