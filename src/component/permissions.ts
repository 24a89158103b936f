/** What a component may reach beyond its own state, by declaring it: hosts to `fetch` from, and Node built-ins. */
import { componentErrors } from './errors.ts'

export type Permissions = { fetch?: readonly string[]; node?: readonly `node:${string}`[] }

/** A host name, with a port if it is not the scheme's own. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/
const BUILTIN = /^node:[a-z][a-z0-9_/]*$/

export function assertPermissions(permissions: Permissions, where: string): void {
  const unknown = Object.keys(permissions).find((kind) => kind !== 'fetch' && kind !== 'node')
  if (unknown !== undefined)
    throw componentErrors.PERMISSION_INVALID({ where, got: unknown, expected: 'fetch or node' })
  for (const host of permissions.fetch ?? []) {
    if (!HOST.test(host)) {
      throw componentErrors.PERMISSION_INVALID({ where, got: host, expected: "a host such as 'api.example.com'" })
    }
  }
  for (const builtin of permissions.node ?? []) {
    if (!BUILTIN.test(builtin)) {
      throw componentErrors.PERMISSION_INVALID({ where, got: builtin, expected: "a built-in such as 'node:zlib'" })
    }
  }
}
