/** What the installed package says of itself, and where its pages are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
export const ERROR_PAGES = join(ROOT, 'docs/errors')

export function selfsameVersion(): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return typeof version === 'string' ? version : 'unknown'
}
