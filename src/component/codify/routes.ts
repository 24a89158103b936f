/**
 * Names for the cells of routes, from the paths they are mounted at: `/` is `route.root`, `/admin/api` is
 * `route.admin-api`. The dot keeps them apart from components, which cannot have one.
 */
import type { Http } from '../http.ts'
import type { Route } from '../route.ts'

/** One name per app; one that is mounted twice has one cell. */
export function routeNames(gateways: readonly Http[]): ReadonlyMap<Route, string> {
  const names = new Map<Route, string>()
  const taken = new Set<string>()
  for (const { routes = {} } of gateways) {
    for (const [path, route] of Object.entries(routes)) {
      if (names.has(route)) continue
      const base = `route.${slugOf(path)}`
      let name = base
      for (let n = 2; taken.has(name); n++) name = `${base}-${n}`
      taken.add(name)
      names.set(route, name)
    }
  }
  return names
}

const SLUG_LENGTH_MAX = 40

function slugOf(path: string): string {
  const slug = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH_MAX)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? 'root' : slug
}
