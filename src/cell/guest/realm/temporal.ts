/** `Temporal.Now`, where Node has it: the turn's instant, in UTC. */
import type { DateSources } from './date.ts'
import type { Patches } from './patches.ts'

// Structural, because TypeScript's library may know Temporal or not.
type Zoned = { toPlainDateTime(): unknown; toPlainDate(): unknown; toPlainTime(): unknown }
type Instant = { toZonedDateTimeISO(zone: string): Zoned }
type TemporalLike = { Now: object; Instant: { fromEpochMilliseconds(ms: number): Instant } }

export function patchTemporal(target: typeof globalThis, patch: Patches, { active, nowMs }: DateSources): void {
  const temporal = (target as unknown as { Temporal?: TemporalLike }).Temporal
  if (temporal === undefined) return
  const instant = () => temporal.Instant.fromEpochMilliseconds(nowMs())
  const zoned = (zone = 'UTC') => instant().toZonedDateTimeISO(zone)
  const now: Record<string, (zone?: string) => unknown> = {
    instant: () => instant(),
    timeZoneId: () => 'UTC',
    zonedDateTimeISO: (zone) => zoned(zone),
    plainDateTimeISO: (zone) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone) => zoned(zone).toPlainTime(),
  }
  for (const [name, ours] of Object.entries(now)) {
    const real = Reflect.get(temporal.Now, name) as typeof ours
    patch.replace(temporal.Now, name, (zone?: string) => (active() ? ours(zone) : real(zone)))
  }
}
