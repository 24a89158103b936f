/** For verbs that ask a running host: the option that says which, and a connection for as long as the verb runs. */
import { resolve } from 'node:path'
import { type ControlClient, connectControl } from '../control/index.ts'
import type { Input, OptionSpec, Powers } from './verb.ts'

export const DATA_FOLDER_DEFAULT = 'data'

export const HOST_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  data: { value: '<folder>', about: 'data folder of the host (default: ./data, or SELFSAME_DATA)' },
}

export function dataFolderOf(input: Input, { cwd, env }: Powers): string {
  return resolve(cwd, input.text('data') ?? (env['SELFSAME_DATA'] || DATA_FOLDER_DEFAULT))
}

/** @throws HOST_NOT_RUNNING, and what connecting may throw */
export async function withHost<T>(
  input: Input,
  powers: Powers,
  ask: (client: ControlClient) => Promise<T>,
): Promise<T> {
  const client = await connectControl(dataFolderOf(input, powers))
  try {
    return await ask(client)
  } finally {
    client.close()
  }
}
