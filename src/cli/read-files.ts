/** The files that `run` is given: config as JSON, secrets as lines of NAME=value. Their values are never printed. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { messageOf } from '../base/index.ts'
import { cliErrors } from './errors.ts'

type Given = { readonly option: string; readonly path: string }

/** An object with one section per component. @throws FILE_UNREADABLE */
export function readConfig(given: Given): Readonly<Record<string, unknown>> {
  const text = read(given)
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    throw cliErrors.FILE_UNREADABLE({ ...given, reason: `it is not JSON (${messageOf(error)})` }, error)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw cliErrors.FILE_UNREADABLE({ ...given, reason: 'it is not a JSON object with one section per component' })
  }
  return config as Readonly<Record<string, unknown>>
}

/** @throws FILE_UNREADABLE */
export function readSecrets(given: Given): Readonly<Record<string, string>> {
  const secrets: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseEnv(read(given)))) if (value !== undefined) secrets[name] = value
  return secrets
}

function read(given: Given): string {
  try {
    return readFileSync(given.path, 'utf8')
  } catch (error) {
    throw cliErrors.FILE_UNREADABLE({ ...given, reason: messageOf(error) }, error)
  }
}
