/**
 * What the analysis refuses. These are findings, not errors: a build collects all of them before it stops. Each code
 * has a page `docs/errors/<CODE>.md`.
 */
export const analysisFindings = {
  HIDDEN_STATE: {
    remedy:
      'Move it into the state of the component; or make it a constant that nothing writes to; or, if it may be dropped at any time, declare it as `cache`.',
  },
  REASSIGNED_STATE: {
    remedy: 'Change the state in place (`state.field = ...`), or copy into it with `Object.assign(state, next)`.',
  },
  UNDECLARED_FLAGS: {
    remedy:
      "Declare the field with flags('first', 'second'): then every flag has a name that a plan and a migration can follow.",
  },
  DYNAMIC_CODE: {
    remedy:
      'Import it statically at the top of the file: a release holds all of its code, and cells load nothing else.',
  },
  TYPE_ERROR: {
    remedy: 'Correct the type; the build does not bundle what TypeScript refuses.',
  },
  TYPE_CHECK_FAILED: {
    remedy: 'Run `npx tsc --noEmit -p .` in the folder of the system to see what TypeScript says.',
  },
} as const
