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
  // ---- found by the build, when all parts are there
  HANDLER_MISSING: {
    message: ({ where, message }: Where & { message: string }) =>
      `${where} has no handler for its message '${message}'`,
    remedy: 'Write the handler, or take the message out of the contract.',
  },
  HANDLER_UNKNOWN: {
    message: ({ where, name, hint }: Where & { name: string; hint: string }) =>
      `${where} has a handler '${name}', and no such message.${hint}`,
    remedy: 'Declare the message in the contract, or remove the handler.',
  },
  INITIAL_MISSING: {
    message: ({ where }: Where) => `${where} has no function 'initial'`,
    remedy: 'Write initial(key, input, turn): it makes the state of a new entity.',
  },
  NOTHING_CREATES: {
    message: ({ where }: Where) => `No message of ${where} creates, so none of its entities can come to be`,
    remedy: 'Mark the message that makes an entity with creates: true.',
  },
  INDEX_MISMATCH: {
    message: ({ where, index, declared }: Where & { index: string; declared: boolean }) =>
      declared
        ? `The contract ${where} declares the index '${index}', and the component does not compute it`
        : `${where} computes the index '${index}', and its contract declares others`,
    remedy: 'Declare in the contract the indexes that the component computes, or none at all.',
  },
  KEY_NOT_TEXT: {
    message: ({ where }: Where) => `The key of ${where} can be something other than a string`,
    remedy: 'Use a schema of strings, such as z.string().max(40).',
  },
  REPLY_TO_UNKNOWN: {
    message: ({ where, message, hint }: Where & { message: string; hint: string }) =>
      `${where}: nobody can wait for the answer to '${message}'.${hint}`,
    remedy: 'Name a message of the same contract that is no read.',
  },
  SCHEDULE_INVALID: {
    message: ({ schedule, because }: Because & { schedule: string }) =>
      `The schedule '${schedule}' cannot run: ${because}`,
    remedy: 'Correct the schedule in the system file.',
  },
  EXPOSED_UNKNOWN: {
    message: ({ port, component, hint }: { port: number; component: string; hint: string }) =>
      `The gateway on port ${port} exposes '${component}', and no component or connector of the system has this contract.${hint}`,
    remedy: 'Add the component to the system, or take its contract out of expose.',
  },
  NOTHING_PUBLIC: {
    message: ({ port, component }: { port: number; component: string }) =>
      `The gateway on port ${port} exposes '${component}', which has no public message and no event`,
    remedy: "Mark what anyone may send with access: 'public', or take the contract out of expose.",
  },
  GATEWAY_PORT_TAKEN: {
    message: ({ port }: { port: number }) => `Two gateways listen on port ${port}`,
    remedy: 'Give each gateway a port of its own.',
  },
  INVARIANT_UNKNOWN: {
    message: ({ invariant, because }: Because & { invariant: string }) =>
      `The invariant '${invariant}' sums over nothing: ${because}`,
    remedy: 'Name components and messages of the system.',
  },
})
