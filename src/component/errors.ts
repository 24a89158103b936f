/** What an author can get wrong in plain code: thrown where it is written, when the module is loaded. */
import { defineErrors } from '../base/index.ts'

type Where = { where: string }
type Because = { because: string }

export const componentErrors = /* @__PURE__ */ defineErrors({
  COMPONENT_NAME_INVALID: {
    message: ({ got }: { got: string }) => `${got} is no name of a component or a system`,
    remedy: 'Use 1 to 63 of a-z, 0-9 and -, beginning with a letter, such as auction-house.',
  },
  MESSAGE_NAME_INVALID: {
    message: ({ got, where }: Where & { got: string }) => `${where}: ${got} is no name of a message`,
    remedy: 'Use an identifier such as placeBid; then, on, at, toJSON and what objects inherit are taken.',
  },
  MEMBER_NAME_INVALID: {
    message: ({ got, where }: Where & { got: string }) => `${where}: ${got} is no name of an event or an index`,
    remedy: 'Use an identifier such as byPhase.',
  },
  REJECTION_CODE_INVALID: {
    message: ({ got, where, taken }: Where & { got: string; taken: boolean }) =>
      `${where}: ${got} ${taken ? "is one of the host's own codes" : 'is no code of a rejection'}`,
    remedy: 'Use upper case such as BID_TOO_LOW; the codes of the host cannot be declared.',
  },
  CONTRACT_INVALID: {
    message: ({ where, because }: Where & Because) => `The contract ${where} cannot be: ${because}`,
    remedy: 'Correct the contract; TypeScript shows what it may hold.',
  },
  COMPONENT_INVALID: {
    message: ({ where, because }: Where & Because) => `The component ${where} cannot be: ${because}`,
    remedy: 'Correct the component; TypeScript shows what it may hold.',
  },
  CONNECTOR_INVALID: {
    message: ({ where, because }: Where & Because) => `The connector ${where} cannot be: ${because}`,
    remedy: 'Correct the connector; TypeScript shows what it may hold.',
  },
  ROUTE_INVALID: {
    message: (_facts: object) => "A route's app has no function 'fetch'",
    remedy: 'Pass an object with fetch(request, world), such as a Hono app.',
  },
  GATEWAY_INVALID: {
    message: ({ because }: Because) => `The gateway cannot be: ${because}`,
    remedy: 'Correct the options of http().',
  },
  SYSTEM_INVALID: {
    message: ({ because }: Because) => `The system cannot be: ${because}`,
    remedy: 'Correct the system file.',
  },
  MIGRATION_INVALID: {
    message: ({ because }: Because) => `The migration cannot be: ${because}`,
    remedy: 'Correct the migration; TypeScript shows what it may hold.',
  },
  PERMISSION_INVALID: {
    message: ({ where, got, expected }: Where & { got: string; expected: string }) =>
      `${where}: expected ${expected}, got the permission '${got}'`,
    remedy: 'Name hosts without scheme and path, and built-ins with node: before them.',
  },
  INTERVAL_INVALID: {
    message: ({ got }: { got: string }) => `'${got}' is no interval`,
    remedy: 'Use a whole number and one of s, m, h, d, from 1s to 366d, such as 15m.',
  },
  UNIT_INVALID: {
    message: ({ got }: { got: unknown }) => `${JSON.stringify(got)} is no name of a unit`,
    remedy: "Name the unit, such as unit('kilograms').",
  },
  FLAGS_INVALID: {
    message: ({ because }: Because) => `The flags cannot be: ${because}`,
    remedy: "Name every flag once, such as flags('reserveMet', 'featured').",
  },
  MESSAGE_UNKNOWN: {
    message: ({ component, message, hint }: { component: string; message: string; hint: string }) =>
      `${component} has no message '${message}'.${hint}`,
    remedy: 'Use a message of the contract.',
  },
})
