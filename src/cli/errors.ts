/** Codes of the command line. */
import { defineErrors } from '../base/index.ts'

export const cliErrors = defineErrors({
  VERB_UNKNOWN: {
    message: ({ verb, suggestion }: { verb: string; suggestion: string }) => `There is no verb '${verb}'.${suggestion}`,
    remedy: '`selfsame help` lists all verbs.',
  },
  OPTION_UNKNOWN: {
    message: ({ verb, option, suggestion }: { verb: string; option: string; suggestion: string }) =>
      `'selfsame ${verb}' has no option '${option}'.${suggestion}`,
    remedy: '`selfsame help <verb>` lists the options of a verb.',
  },
  OPTION_INVALID: {
    message: ({ option, expected, got }: { option: string; expected: string; got: string }) =>
      `${option} expects ${expected}, got ${got}.`,
    remedy: '`selfsame help <verb>` lists the options of a verb and what they take.',
  },
  ARGUMENT_MISSING: {
    message: ({ verb, argument }: { verb: string; argument: string }) => `'selfsame ${verb}' needs ${argument}.`,
    remedy: '`selfsame help <verb>` shows how the verb is used.',
  },
  ARGUMENT_INVALID: {
    message: ({ argument, expected, got }: { argument: string; expected: string; got: string }) =>
      `${argument} must be ${expected}, got '${got}'.`,
    remedy: '`selfsame help <verb>` shows how the verb is used.',
  },
  ARGUMENT_UNEXPECTED: {
    message: ({ verb, got }: { verb: string; got: string }) =>
      `'selfsame ${verb}' does not know what to do with '${got}'.`,
    remedy: 'Quote values that contain spaces. `selfsame help <verb>` shows how the verb is used.',
  },
  ENTITY_UNKNOWN: {
    message: ({ address }: { address: string }) => `There is no entity ${address}.`,
    remedy: '`selfsame list <component>` lists the keys of a component.',
  },
  DEAD_LETTER_UNKNOWN: {
    message: ({ id }: { id: number }) => `There is no dead letter ${id}.`,
    remedy: '`selfsame dead-letters` lists them; it may have been retried or discarded meanwhile.',
  },
  ERROR_PAGE_UNKNOWN: {
    message: ({ code, suggestion }: { code: string; suggestion: string }) =>
      `There is no page for '${code}'.${suggestion}`,
    remedy: '`selfsame explain` without a code lists all of them.',
  },
  FILE_UNREADABLE: {
    message: ({ option, path, reason }: { option: string; path: string; reason: string }) =>
      `The file ${path} of ${option} cannot be used: ${reason}.`,
    remedy: 'Check the path and the permissions of the file, and what `selfsame help run` says about its form.',
  },
  DATA_FOLDER_UNUSABLE: {
    message: ({ path, reason }: { path: string; reason: string }) =>
      `The data folder ${path} cannot be used: ${reason}.`,
    remedy: 'Name a folder that this user may write to with `--data`.',
  },
  HOST_FAILED: {
    message: ({ because }: { because: string }) => `The host cannot go on: ${because}.`,
    remedy: 'Look into the log above, then start it again: what was acknowledged is in the store.',
  },
  UNEXPECTED_FAILURE: {
    message: ({ reason }: { reason: string }) => reason,
    remedy: 'This failure has no code of its own. If the message does not help, it is most likely a bug of Selfsame.',
  },
})
