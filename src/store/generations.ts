/** The n-th activation: what release, runtime and Node this host runs. The last row is what a boot would start. */
import type { Generation } from '../turn/index.ts'
import type { StoreState } from './state.ts'

type Stored = { generation: number; release: string; runtime: string; node: string; at_ms: number }

/** A new row only if something differs from the last one. */
export function activate(
  state: StoreState,
  running: { readonly release: string; readonly runtime: string; readonly node: string; readonly nowMs: number },
): { generation: number } {
  const { release, runtime, node, nowMs } = running
  const last = state.db.get<Stored>('select * from generation order by generation desc limit 1')
  if (last?.release === release && last.runtime === runtime && last.node === node)
    return { generation: last.generation }
  const generation = (last?.generation ?? 0) + 1
  state.db.run('insert into generation values (?, ?, ?, ?, ?)', generation, release, runtime, node, nowMs)
  return { generation }
}

/** Oldest first. */
export function generations(state: StoreState): Generation[] {
  return state.db
    .all<Stored>('select * from generation order by generation')
    .map(({ generation, release, runtime, node, at_ms: atMs }) => ({ generation, release, runtime, node, atMs }))
}
