/**
 * Reads the whole of a store, which takes time in proportion to its size: SQLite's own check of every page, and the
 * facts that our tables promise each other. For `restore`, for tests, and for whoever distrusts a disk.
 */

import { messageOf } from '../base/index.ts'
import { Database } from './database.ts'

/** Sentences about what is wrong; none if the store is sound. The store must not be in use. */
export function checkStore(path: string): string[] {
  let db: Database | undefined
  try {
    db = new Database(path)
    const pages = db.all<{ integrity_check: string }>('pragma integrity_check(100)').map((row) => row.integrity_check)
    if (pages[0] !== 'ok') return pages
    return [...brokenPromises(db)]
  } catch (error) {
    return [messageOf(error)]
  } finally {
    db?.close()
  }
}

const PROMISES: readonly (readonly [sentence: string, countOfBreaches: string])[] = [
  [
    'the number of outbox rows is counted',
    'select (select outbox from progress) <> (select count(*) from outbox) as n',
  ],
  ['the number of timers is counted', 'select (select timers from progress) <> (select count(*) from timer) as n'],
  ['the number of waits is counted', 'select (select waits from progress) <> (select count(*) from wait) as n'],
  [
    'the number of dead letters is counted',
    'select (select dead_letters from progress) <> (select count(*) from dead_letter) as n',
  ],
  [
    'the entities of a component are counted',
    'select count(*) as n from component where entities <> (select count(*) from record where component = name)',
  ],
  [
    'no row has a number that was not given out yet',
    `select count(*) as n from progress where row < (select max(coalesce((select max(row) from outbox), 0),
       coalesce((select max(row) from timer), 0), coalesce((select max(id) from dead_letter), 0)))`,
  ],
  [
    'an index row has its record',
    `select count(*) as n from indexed i
       where not exists (select 1 from record r where r.component = i.component and r.key = i.key)`,
  ],
  [
    'a record is under one value per index',
    'select count(*) as n from (select 1 from indexed group by component, key, name having count(*) > 1)',
  ],
  ['a revision is at least 1', 'select count(*) as n from record where revision < 1 or sequence < 0'],
  ['a state is JSON', 'select count(*) as n from record where not json_valid(state)'],
  [
    'an idempotency key waits only for a wait that is there',
    `select count(*) as n from idempotency i
       where answer is null and not exists (select 1 from wait w where w.token = i.token)`,
  ],
]

function* brokenPromises(db: Database): Iterable<string> {
  for (const [sentence, sql] of PROMISES) {
    const breaches = db.get<{ n: number }>(sql)?.n ?? 0
    if (breaches > 0) yield `it does not hold that ${sentence} (${breaches} times)`
  }
}
