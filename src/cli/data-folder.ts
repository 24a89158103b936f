/** The folder in which a host's state lies, made where there is none. */
import { mkdirSync } from 'node:fs'
import { messageOf } from '../base/index.ts'
import { cliErrors } from './errors.ts'

/** For this user alone: it holds everyone's state. @throws DATA_FOLDER_UNUSABLE */
export function makeDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw cliErrors.DATA_FOLDER_UNUSABLE({ path, reason: messageOf(error) }, error)
  }
}
