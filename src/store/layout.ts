/**
 * The tables of `state.db`. JSON is stored as text, so that a person can read it with `sqlite3`. A change to this file
 * is a change of layout: it raises `LAYOUT_VERSION` and brings its way up.
 *
 * One counter, `progress.row`, numbers outbox rows, timers and dead letters: a number is never given twice, so that a
 * turn that was started for a row cannot consume a later one.
 */
import type { Database } from './database.ts'

/** 'Self' in ASCII: tells our files from other SQLite databases. */
export const APPLICATION_ID = 0x53656c66
export const LAYOUT_VERSION = 1

export const LAYOUT = `
create table identity (
  one integer primary key check (one = 1),
  store text not null,
  path text not null
) strict;
create table progress (
  one integer primary key check (one = 1),
  commits integer not null,
  row integer not null,
  boot integer not null,
  outbox integer not null,
  timers integer not null,
  waits integer not null,
  dead_letters integer not null
) strict;
create table component (
  name text primary key,
  epoch integer not null,
  entities integer not null,
  indexed integer not null
) strict, without rowid;
create table record (
  component text not null,
  key text not null,
  revision integer not null,
  sequence integer not null,
  version text not null,
  state text not null,
  primary key (component, key)
) strict, without rowid;
create table indexed (
  component text not null,
  name text not null,
  value text not null,
  key text not null,
  primary key (component, name, value, key)
) strict, without rowid;
create index indexed_by_entity on indexed (component, key);
create table outbox (
  row integer primary key,
  component text not null,
  key text not null,
  message text not null,
  input text,
  caller text not null,
  sender_component text,
  sender_key text,
  then_message text,
  otherwise_message text,
  with_input text,
  fate text,
  result text,
  attempts integer not null,
  not_before_ms integer not null
) strict;
create table timer (
  row integer primary key,
  component text not null,
  key text not null,
  name text not null,
  due_ms integer not null,
  message text not null,
  input text
) strict;
create unique index timer_by_name on timer (component, key, name);
create index timer_by_due on timer (due_ms);
create table wait (
  token text primary key,
  component text not null,
  key text not null,
  deadline_ms integer not null,
  boot integer not null,
  requests text,
  idempotency_key text,
  sender_component text,
  sender_key text,
  then_message text,
  otherwise_message text,
  with_input text
) strict, without rowid;
create index wait_by_deadline on wait (deadline_ms);
create index wait_by_entity on wait (component, key);
create table idempotency (
  component text not null,
  key text not null,
  idempotency_key text not null,
  fingerprint text not null,
  at_ms integer not null,
  token text,
  answer text,
  primary key (component, key, idempotency_key)
) strict, without rowid;
create index idempotency_by_age on idempotency (at_ms);
create table schedule (
  name text primary key,
  every_ms integer not null,
  due_ms integer not null,
  component text not null,
  key text not null,
  message text not null,
  input text
) strict, without rowid;
create table dead_letter (
  id integer primary key,
  cause text not null,
  at_ms integer not null,
  code text not null,
  reason text not null,
  attempts integer not null,
  component text not null,
  key text not null,
  message text not null,
  input text,
  timer_name text,
  caller text,
  sender_component text,
  sender_key text,
  then_message text,
  with_input text,
  fate text,
  result text
) strict;
create table generation (
  generation integer primary key,
  release text not null,
  runtime text not null,
  node text not null,
  at_ms integer not null
) strict;
`

/** Creates all tables in one transaction; afterwards the file is a store. */
export function createLayout(db: Database, identity: { readonly store: string; readonly path: string }): void {
  db.exec('begin immediate')
  db.exec(LAYOUT)
  db.run('insert into identity values (1, ?, ?)', identity.store, identity.path)
  db.exec('insert into progress values (1, 0, 0, 0, 0, 0, 0, 0)')
  db.exec(`pragma application_id = ${APPLICATION_ID}`)
  db.exec(`pragma user_version = ${LAYOUT_VERSION}`)
  db.exec('commit')
}

/** The layout as the database itself tells it: one statement per object, by name, for comparison. */
export function layoutOf(db: Database): string[] {
  return db
    .all<{ sql: string }>(
      "select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by name",
    )
    .map(({ sql }) => sql)
}
