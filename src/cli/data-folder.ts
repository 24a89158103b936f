/** The folder in which a host's state lies, made where there is none. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { messageOf } from '../base/index.ts'
import { cliErrors } from './errors.ts'

/** For this user alone: it holds everyone's state. True if it was not there before. @throws DATA_FOLDER_UNUSABLE */
export function makeDataFolder(path: string): boolean {
  try {
    return mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined
  } catch (error) {
    throw cliErrors.DATA_FOLDER_UNUSABLE({ path, reason: messageOf(error) }, error)
  }
}

/** Takes back a folder that was made for nothing; one that holds anything stays. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // It holds something, or is gone already.
  }
}
