/** A data folder with its lock and its store: what a host opens. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { StoreEngine } from './engine.ts'
import { storeErrors } from './errors.ts'
import { lockDataFolder } from './lock.ts'
import { type OpenStore, openStore } from './open.ts'

export type OpenedFolder = { readonly engine: StoreEngine; close(): void }

/**
 * The folder must exist; an empty one gets a new store.
 * @throws DATA_FOLDER_IN_USE, STORE_MISSING, and what `openStore` throws
 */
export function openDataFolder(open: Omit<OpenStore, 'path'> & { readonly dataFolder: string }): OpenedFolder {
  const path = join(resolve(open.dataFolder), 'state.db')
  const lock = lockDataFolder(open.dataFolder)
  try {
    if (lock.hadStore && !existsSync(path)) throw storeErrors.STORE_MISSING({ path })
    const engine = openStore({ ...open, path })
    lock.rememberStore()
    return {
      engine,
      close() {
        engine.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
