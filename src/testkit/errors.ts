/** What can be wrong with a test's use of the testkit. */
import { defineErrors } from '../base/index.ts'

export const testkitErrors = defineErrors({
  SYSTEM_REFUSED: {
    message: ({ findings }: { findings: readonly { code: string; because: string }[] }) =>
      `The build would refuse this system:\n${findings.map(({ code, because }) => `  ${code}: ${because}`).join('\n')}`,
    remedy: 'Correct what is named; `selfsame build` shows the same with its place in the sources.',
  },
  NEVER_QUIET: {
    message: ({ ticks }: { ticks: number }) =>
      `The system was still busy after ${ticks} ticks: messages go round in a circle, or a handler awaits something that never comes.`,
    remedy: 'Look for two components that answer each other for ever, or for a promise that nothing settles.',
  },
  NO_ROUTE: {
    message: ({ path }: { path: string }) => `No route of the system takes ${path}.`,
    remedy: 'Mount it: http({ routes: { ... } }).',
  },
  FETCH_NOT_STUBBED: {
    message: ({ url }: { url: string }) => `A turn fetched ${url}, and the test gave no answer for it.`,
    remedy: 'Pass `fetch` to testSystem: (request) => new Response(...).',
  },
})
