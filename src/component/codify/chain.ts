/**
 * The identity of a chain of migrations, and so the version that records are written in.
 *
 * A version must not change when a bundler or a formatter does, so it is made of what the author declared: the reason
 * (`because`), which ways there are, and every sentence and bound beside them; never of the text of a function. Each
 * version digests the one before, so the same step after another history is another version. Two things follow. A
 * change of the schema alone makes no new version: it needs a migration, or has to be compatible. And a migration whose
 * functions were corrected after it was live has to say so in its `because`, or it passes for the one that was wrong.
 * The name of the component is no part of it: a rename strands nothing.
 */
import { canonicalJson, sha256 } from '../../base/index.ts'
import type { MessageWays, MigrationBehaviour, WayBehaviour } from '../behaviour.ts'
import type { CodifiedChain } from '../codified.ts'

/** Hexadecimal digits of a version: 128 bits. It stands in every record. */
const VERSION_DIGITS = 32
/** The form of what is digested; another form makes other versions. */
const FORM = 'selfsame chain 1'

export function codifyChain(steps: readonly MigrationBehaviour[]): CodifiedChain {
  const digests = steps.map((step) => digest(canonicalJson(declaredOf(step))))
  const versions = [digest(FORM)]
  for (const step of digests) versions.push(digest(`${versions.at(-1)}\n${step}`))
  return { steps: digests, versions, version: versions.at(-1) ?? '' }
}

const digest = (text: string) => sha256(text).slice(0, VERSION_DIGITS)

function declaredOf(step: MigrationBehaviour): unknown {
  return {
    because: step.because,
    state: step.state && wayOf(step.state),
    messages: step.messages && mapValues(step.messages, messageOf),
    events: step.events && mapValues(step.events, wayOf),
    loses: step.loses,
    meaning: step.meaning,
    unlearned: step.unlearned,
    intended: step.intended && Object.keys(step.intended).sort(),
    onReturn: step.onReturn,
    dropped: step.dropped,
  }
}

function messageOf({ input, output, rejects }: MessageWays): unknown {
  return {
    input: input && wayOf(input),
    output: output && wayOf(output),
    rejects: rejects && mapValues(rejects, wayOf),
  }
}

function wayOf({ down, irreversible }: WayBehaviour): unknown {
  return down ? 'both ways' : { irreversible }
}

function mapValues<T>(from: Readonly<Record<string, T>>, one: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, one(value)]))
}
