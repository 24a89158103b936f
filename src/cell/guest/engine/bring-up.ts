/**
 * Records written in an older version of the same chain are brought up when they are first used, by the `up` of each
 * migration that came since. It happens inside the turn or read that needs it, so a failure is that turn's fault.
 */
import { messageOf } from '../../../base/index.ts'
import type { Copy } from './entities.ts'
import { engineErrors, issuesText } from './errors.ts'
import type { ComponentValue } from './implemented.ts'
import { notJson } from './plain-json.ts'
import type { Shapes } from './shapes.ts'

export type Chain = {
  /** Digest of each prefix of the chain: of no migration, of the first, ... of all. The last is the current version. */
  readonly versions: readonly string[]
  readonly migrations: NonNullable<ComponentValue['migrations']>
}

/** Rewrites the copy in the current version. @throws VERSION_UNKNOWN, MIGRATION_FAILED */
export function bringUp(
  copy: Copy,
  given: { readonly key: string; readonly chain: Chain; readonly shapes: Shapes },
): void {
  const { key, chain, shapes } = given
  const from = chain.versions.indexOf(copy.version)
  if (from === -1) throw engineErrors.VERSION_UNKNOWN({ key, version: copy.version })
  if (copy.text !== null) {
    const state = migrated(JSON.parse(copy.text), { key, from, chain })
    const lost = notJson(state)
    const issues = lost !== null ? [lost] : shapes.check('state', state)
    const step = chain.migrations.length - 1
    if (issues !== null) throw engineErrors.MIGRATION_FAILED({ key, step, reason: issuesText(issues) })
    copy.text = JSON.stringify(state)
    copy.frozen = undefined
    copy.converted = true
  }
  copy.version = chain.versions.at(-1) ?? copy.version
}

function migrated(state: unknown, { key, from, chain }: { key: string; from: number; chain: Chain }): unknown {
  let current = state
  for (const [step, migration] of chain.migrations.entries()) {
    const up = migration.steps.state?.up
    if (step < from || up === undefined) continue
    try {
      current = up(current as never)
    } catch (error) {
      throw engineErrors.MIGRATION_FAILED({ key, step, reason: messageOf(error) }, error)
    }
  }
  return current
}
