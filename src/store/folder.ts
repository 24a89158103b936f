/** Names in a folder are as durable as files only after the folder itself was synced. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

export function syncFile(path: string): void {
  // Read and write, because some systems refuse to sync what is open for reading only.
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
