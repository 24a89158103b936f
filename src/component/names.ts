/**
 * The names that an author may give. They stand in URLs, file names, log lines and property accesses, so each kind has
 * a narrow form, and names that JavaScript would misunderstand are refused where they are written.
 */
import { HOST_CODES } from '../turn/index.ts'
import { componentErrors } from './errors.ts'

const COMPONENT_NAME = /^[a-z][a-z0-9-]{0,62}$/
const MEMBER_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,62}$/
const REJECTION_CODE = /^[A-Z][A-Z0-9_]{0,62}$/
/** A message `then` would make every handle a promise; `on` and `at` are the client's own; the rest is inherited. */
const TAKEN_NAMES: readonly string[] = ['then', 'on', 'at', 'follow', 'toJSON']

/** The first value that is not a string is named as it is, so that the error shows what was passed. */
const shown = (name: unknown) => (typeof name === 'string' ? `'${name.slice(0, 80)}'` : String(name))

/** Components, connectors and systems: lower case, so that they are the same on every file system and in every URL. */
export function assertComponentName(name: unknown): asserts name is string {
  if (typeof name === 'string' && COMPONENT_NAME.test(name)) return
  throw componentErrors.COMPONENT_NAME_INVALID({ got: shown(name) })
}

export function assertMessageName(name: unknown, where: string): asserts name is string {
  if (typeof name === 'string' && MEMBER_NAME.test(name) && !isTaken(name)) return
  throw componentErrors.MESSAGE_NAME_INVALID({ got: shown(name), where })
}

/** Events and indexes. */
export function assertMemberName(name: unknown, where: string): asserts name is string {
  if (typeof name === 'string' && MEMBER_NAME.test(name) && !(name in Object.prototype)) return
  throw componentErrors.MEMBER_NAME_INVALID({ got: shown(name), where })
}

export function assertRejectionCode(code: string, where: string): void {
  const isHosts = (HOST_CODES as readonly string[]).includes(code)
  if (REJECTION_CODE.test(code) && !isHosts) return
  throw componentErrors.REJECTION_CODE_INVALID({ got: shown(code), where, taken: isHosts })
}

function isTaken(name: string): boolean {
  return TAKEN_NAMES.includes(name) || name in Object.prototype
}
