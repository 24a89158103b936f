/**
 * Entities. A write succeeds only at the very revision that the turn was computed from (`base`): an update that finds
 * no row has lost a race, and says so by returning null.
 *
 * Every commit that is not `none` makes the revision `base + 1`, also one that keeps the state: its effects left, so
 * what was computed before it must not be taken after it. Where no record is left the revision is 0.
 *
 * Events are numbered per record: an entity that is destroyed and made anew begins at 1 again. Whoever follows events
 * is told of the `destroy` by its verdict, and takes any number but the next one for a gap.
 */
import type { Commit, EntityRecord } from '../turn/index.ts'
import { PAGE_BYTES_MAX, PAGE_ROWS_MAX } from './limits.ts'
import type { StoreState } from './state.ts'

export type Written = {
  readonly revision: number
  /** Number of the last event, those of this commit included. */
  readonly sequence: number
  readonly destroyed: boolean
}

/** Writes the record as the commit says, or returns null and has written nothing: the base does not fit. */
export function writeRecord(state: StoreState, commit: Commit): Written | null {
  const { to, base, change } = commit
  const count = commit.events.length
  if (change.type === 'none') return { revision: base, sequence: count, destroyed: false }
  if (base === 0) return change.type === 'put' ? createRecord(state, commit) : withoutRecord(state, commit)
  switch (change.type) {
    case 'put':
      return sequenceAfter(
        count === 0
          ? state.db.run(
              'update record set revision = revision + 1, version = ?, state = ? where component = ? and key = ? and revision = ?',
              commit.version,
              change.state,
              to.component,
              to.key,
              base,
            ) > 0 && { sequence: 0 }
          : state.db.get<Numbered>(
              'update record set revision = revision + 1, sequence = sequence + ?, version = ?, state = ? where component = ? and key = ? and revision = ? returning sequence',
              count,
              commit.version,
              change.state,
              to.component,
              to.key,
              base,
            ),
        base,
      )
    case 'keep':
      return sequenceAfter(
        state.db.get<Numbered>(
          'update record set revision = revision + 1, sequence = sequence + ? where component = ? and key = ? and revision = ? returning sequence',
          count,
          to.component,
          to.key,
          base,
        ),
        base,
      )
    case 'destroy': {
      const gone = state.db.get<Numbered>(
        'delete from record where component = ? and key = ? and revision = ? returning sequence',
        to.component,
        to.key,
        base,
      )
      if (gone === undefined) return null
      state.components.entitiesChanged(to.component, -1)
      return { revision: 0, sequence: gone.sequence + count, destroyed: true }
    }
    default:
      return change satisfies never
  }
}

type Numbered = { readonly sequence: number }

function sequenceAfter(row: Numbered | false | undefined, base: number): Written | null {
  return row ? { revision: base + 1, sequence: row.sequence, destroyed: false } : null
}

function createRecord(state: StoreState, { to, version, change, events }: Commit): Written | null {
  if (change.type !== 'put') return null
  const created = state.db.run(
    'insert into record values (?, ?, 1, ?, ?, ?) on conflict do nothing',
    to.component,
    to.key,
    events.length,
    version,
    change.state,
  )
  if (created === 0) return null
  state.components.entitiesChanged(to.component, 1)
  return { revision: 1, sequence: events.length, destroyed: false }
}

/** A turn that was to create an entity, and rejected, or destroyed it at once: there must be none, and there is none. */
function withoutRecord(state: StoreState, { to, change, events }: Commit): Written | null {
  const found = state.db.get('select 1 from record where component = ? and key = ?', to.component, to.key)
  return found ? null : { revision: 0, sequence: events.length, destroyed: change.type === 'destroy' }
}

export function loadRecord(
  state: StoreState,
  at: { readonly component: string; readonly key: string },
): EntityRecord | null {
  // Half a surrogate pair has no UTF-8 form: it would find the record of another key.
  if (!at.key.isWellFormed()) return null
  const row = state.db.get<EntityRecord>(
    'select key, state, revision, sequence, version from record where component = ? and key = ?',
    at.component,
    at.key,
  )
  return row === undefined ? null : { ...row }
}

/** In key order. A page may end before `limit` (bytes); only an empty page is the end. */
export function recordPage(
  state: StoreState,
  { component, after, limit }: { readonly component: string; readonly after: string | null; readonly limit: number },
): EntityRecord[] {
  const records: EntityRecord[] = []
  let bytes = 0
  const sql =
    'select key, state, revision, sequence, version from record where component = ? and key > ? order by key limit ?'
  for (const row of state.db.iterate<EntityRecord>(sql, component, after ?? '', Math.min(limit, PAGE_ROWS_MAX))) {
    records.push({ ...row })
    bytes += row.state.length
    if (bytes > PAGE_BYTES_MAX) break
  }
  return records
}
