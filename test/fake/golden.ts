/** Compares what a person reads with a text that a person has reviewed. `UPDATE_GOLDEN=1` accepts what is there now. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

export function assertGolden(actual: string, file: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual)
  assert.ok(existsSync(file), `${file} does not exist; UPDATE_GOLDEN=1 writes it`)
  assert.equal(actual, readFileSync(file, 'utf8'), `${file} differs; review, then accept with UPDATE_GOLDEN=1`)
}
