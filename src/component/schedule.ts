/** `every('1d').send(Report, 'all').run()`: a message that the host sends again and again. */
import { callsOf, type Sends } from './calls.ts'
import type { Contract, KeyOf, Others } from './contract.ts'
import { componentErrors } from './errors.ts'

export type Interval = `${number}${'s' | 'm' | 'h' | 'd'}`

/** `input` is undefined where the message takes none. */
export type Schedule = {
  readonly kind: 'schedule'
  readonly every: string
  readonly everyMs: number
  readonly component: string
  readonly key: string
  readonly message: string
  readonly input: unknown
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const INTERVAL_MS_MAX = 366 * 86_400_000

/**
 * A whole number of seconds, minutes, hours or days, from `1s` to `366d`.
 * @throws INTERVAL_INVALID
 */
export function every(interval: Interval): {
  /** @throws MESSAGE_UNKNOWN when the message is named */
  send<T extends Contract>(to: T, key: KeyOf<T>): Sends<T, Others, Schedule>
} {
  const everyMs = intervalMs(interval)
  return Object.freeze({
    send<T extends Contract>(to: T, key: KeyOf<T>) {
      const schedule = (message: string, input: unknown): Schedule =>
        Object.freeze({ kind: 'schedule', every: interval, everyMs, component: to.name, key, message, input })
      return callsOf(to, schedule) as unknown as Sends<T, Others, Schedule>
    },
  })
}

function intervalMs(interval: string): number {
  const parts = /^(\d{1,9})([smhd])$/.exec(interval)
  const ms = Number(parts?.[1]) * (UNIT_MS[parts?.[2] ?? ''] ?? Number.NaN)
  if (ms > 0 && ms <= INTERVAL_MS_MAX) return ms
  throw componentErrors.INTERVAL_INVALID({ got: String(interval) })
}
