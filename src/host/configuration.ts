/** Config and secrets, resolved once per start, before any cell is: what is wrong is said before anything runs. */
import { didYouMean } from '../base/index.ts'
import type { CodifiedComponent, CodifiedConnector } from '../component/index.ts'
import { compileValidators } from '../schema/index.ts'
import { hostErrors } from './errors.ts'

/** Section per component; a component without a declared config gets `undefined`. */
export type ResolvedConfig = ReadonlyMap<string, unknown>

/** @throws CONFIG_INVALID, CONFIG_UNKNOWN */
export function resolveConfig(components: readonly CodifiedComponent[], given: unknown): ResolvedConfig {
  const sections = isObject(given) ? given : {}
  const declaring = components.filter(({ config }) => config !== null).map(({ contract }) => contract.name)
  for (const section of Object.keys(sections)) {
    if (declaring.includes(section)) continue
    throw hostErrors.CONFIG_UNKNOWN({ section, suggestion: didYouMean(section, declaring) })
  }
  const resolved = new Map<string, unknown>()
  for (const { contract, config } of components) {
    if (config === null) continue
    const component = contract.name
    const value = structuredClone(sections[component] ?? {})
    const issues = compileValidators({ config }).config?.(value)
    if (issues) {
      const problem = issues.map(({ path, message }) => `${path || 'the section'} ${message}`).join('; ')
      throw hostErrors.CONFIG_INVALID({ component, problem })
    }
    resolved.set(component, value)
  }
  return resolved
}

/** @throws SECRET_MISSING */
export function resolveSecrets(
  connectors: readonly CodifiedConnector[],
  from: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    connectors.map(({ contract, secrets }) => [
      contract.name,
      Object.fromEntries(
        secrets.map((secret) => {
          const value = from[secret]
          if (value === undefined) throw hostErrors.SECRET_MISSING({ connector: contract.name, secret })
          return [secret, value]
        }),
      ),
    ]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
