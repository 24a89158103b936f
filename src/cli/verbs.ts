/** All verbs, in the order in which `selfsame help` lists them. */
import type { Verb } from './verb.ts'
import { backup } from './verbs/backup.ts'
import { build } from './verbs/build.ts'
import { check } from './verbs/check.ts'
import { deadLetters } from './verbs/dead-letters.ts'
import { explain } from './verbs/explain.ts'
import { helpVerb } from './verbs/help.ts'
import { inspect } from './verbs/inspect.ts'
import { list } from './verbs/list.ts'
import { logs } from './verbs/logs.ts'
import { profile } from './verbs/profile.ts'
import { restore } from './verbs/restore.ts'
import { run } from './verbs/run.ts'
import { status } from './verbs/status.ts'
import { stop } from './verbs/stop.ts'
import { version } from './verbs/version.ts'

export const VERBS: readonly Verb[] = [
  build,
  run,
  status,
  list,
  inspect,
  logs,
  deadLetters,
  check,
  profile,
  backup,
  restore,
  stop,
  explain,
  helpVerb(() => VERBS),
  version,
]
