/** Numbers: bounds, whole or not, and divisors. Infinite bounds say nothing, and are left out. */
import type { JsonSchema } from './json-schema.ts'
import { nameOfCheck } from './text.ts'
import type { ZodCheck } from './zod-view.ts'

const FORMAT_RANGE: Readonly<Record<string, readonly [number, number]>> = {
  safeint: [-9_007_199_254_740_991, 9_007_199_254_740_991],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
  float64: [-1.7976931348623157e308, 1.7976931348623157e308],
}

/** A bound and whether it lies within. */
type Bound = { readonly value: number; readonly inclusive: boolean }

export function numberSchema(checks: readonly ZodCheck[], refuse: (what: string) => void): JsonSchema {
  let least: Bound = { value: Number.NEGATIVE_INFINITY, inclusive: true }
  let most: Bound = { value: Number.POSITIVE_INFINITY, inclusive: true }
  let isWhole = false
  let divisor: number | undefined
  const raise = (bound: Bound) => {
    if (bound.value > least.value || (bound.value === least.value && !bound.inclusive)) least = bound
  }
  const lower = (bound: Bound) => {
    if (bound.value < most.value || (bound.value === most.value && !bound.inclusive)) most = bound
  }
  for (const check of checks) {
    switch (check.check) {
      case 'greater_than':
        raise({ value: Number(check['value']), inclusive: check['inclusive'] === true })
        break
      case 'less_than':
        lower({ value: Number(check['value']), inclusive: check['inclusive'] === true })
        break
      case 'number_format': {
        const format = String(check['format'])
        const [from, to] = FORMAT_RANGE[format] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
        if (!FORMAT_RANGE[format]) refuse(`the format '${format}'`)
        raise({ value: from, inclusive: true })
        lower({ value: to, inclusive: true })
        isWhole ||= format.includes('int')
        break
      }
      case 'multiple_of': {
        const value = Math.abs(Number(check['value']))
        if (divisor !== undefined && divisor !== value) refuse('more than one divisor')
        else if (!(value > 0) || !Number.isFinite(value)) refuse(`the divisor ${String(check['value'])}`)
        divisor = value
        break
      }
      default:
        refuse(nameOfCheck(check))
    }
  }
  return {
    type: isWhole ? 'integer' : 'number',
    ...(Number.isFinite(least.value) ? { [least.inclusive ? 'minimum' : 'exclusiveMinimum']: least.value } : {}),
    ...(Number.isFinite(most.value) ? { [most.inclusive ? 'maximum' : 'exclusiveMaximum']: most.value } : {}),
    ...(divisor === undefined ? {} : { multipleOf: divisor }),
  }
}
