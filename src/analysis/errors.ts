/**
 * What the analysis refuses. These are findings and never thrown: a build collects all of them before it stops. Each
 * code has a page `docs/errors/<CODE>.md`.
 */
import { defineErrors, type Finding, findingOf } from '../base/index.ts'

type Because = { because: string }

/** The fact is said by whoever found it: one code, and one remedy, for every way to come to it. */
const because = (facts: Because): string => facts.because

export const analysisErrors = defineErrors({
  HIDDEN_STATE: {
    message: because,
    remedy:
      'Move it into the state of the component; or make it a constant that nothing writes to; or, if it may be dropped at any time, declare it as `cache`.',
  },
  REASSIGNED_STATE: {
    message: because,
    remedy: 'Change the state in place (`state.field = ...`), or copy into it with `Object.assign(state, next)`.',
  },
  UNDECLARED_FLAGS: {
    message: because,
    remedy:
      "Declare the field with flags('first', 'second'): then every flag has a name that a plan and a migration can follow.",
  },
  DYNAMIC_CODE: {
    message: because,
    remedy:
      'Import it statically at the top of the file: a release holds all of its code, and cells load nothing else.',
  },
  TYPE_ERROR: {
    message: because,
    remedy: 'Correct the type; the build does not bundle what TypeScript refuses.',
  },
  TYPE_CHECK_FAILED: {
    message: because,
    remedy: 'Run `npx tsc --noEmit -p .` in the folder of the system to see what TypeScript says.',
  },
})

export function finding(
  code: keyof typeof analysisErrors,
  because: string,
  where: Pick<Finding, 'place' | 'frame'> = {},
): Finding {
  return { ...findingOf(analysisErrors[code]({ because })), ...where }
}
