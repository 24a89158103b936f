/**
 * One connection, with its statements prepared once. The only file through which the rest of the room speaks SQL.
 * Rows come back typed as the caller says: the layout is ours, and a test holds it.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export type Value = null | number | string

export class Database {
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string) {
    this.#connection = new DatabaseSync(path)
  }

  /** For SQLite's backup, which wants the connection itself. */
  get connection(): DatabaseSync {
    return this.#connection
  }

  get inTransaction(): boolean {
    return this.#connection.isTransaction
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  /** The number of rows that changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#prepared(sql).run(...values).changes)
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[]
  }

  /** Row by row, for pages that end early. The statement is in use until the iteration ends. */
  iterate<Row>(sql: string, ...values: Value[]): Iterable<Row> {
    return this.#prepared(sql).iterate(...values) as Iterable<Row>
  }

  close(): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#connection.close()
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
