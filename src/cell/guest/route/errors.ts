/** What a route is refused. */
import { defineErrors } from '../../../base/index.ts'

export const routeErrors = defineErrors({
  CALL_INVALID: {
    message: ({ to, reason }: { to: string; reason: string }) => `'${to}' cannot be called: ${reason}`,
    remedy: "Call messages that the receiver's contract gives to others, with the entity's key.",
  },
  ROUTE_ANSWER_INVALID: {
    message: ({ got }: { got: string }) => `The route answered with ${got}, not with a Response`,
    remedy: 'Return a Response, or a promise of one, from fetch.',
  },
})
