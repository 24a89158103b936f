/**
 * Evaluates the scripts of a release. A script is compiled once, under the name that stacks and debuggers show, over
 * the globals that taming has left. Dynamic `import()` in it has no loader, and so fails.
 */
import { Script } from 'node:vm'
import type { Validators } from '../../schema/index.ts'
import { scriptName } from '../script-name.ts'

/** What an author's script may `require`: nothing that is not declared. */
export type Require = (name: string) => unknown

const decoder = new TextDecoder()

/** The sources inside the script, for a debugger: a source map as a data URL. */
function mapComment(map: Uint8Array | null, toBase64: (bytes: Uint8Array) => string): string {
  return map === null ? '' : `\n//# sourceMappingURL=data:application/json;base64,${toBase64(map)}`
}

function evaluate(text: string, filename: string): unknown {
  return new Script(text, { filename }).runInThisContext()
}

export type ScriptSource = {
  readonly name: string
  readonly script: Uint8Array
  readonly map: Uint8Array | null
  readonly toBase64: (bytes: Uint8Array) => string
}

/** The value that the script exports as its default. */
export function loadScript({ name, script, map, toBase64 }: ScriptSource, require: Require): unknown {
  const text = decoder.decode(script) + mapComment(map, toBase64)
  const made = evaluate(text, scriptName(name))
  if (typeof made !== 'function') throw new TypeError('its script is no function of require')
  const exported: unknown = made(require)
  if (typeof exported !== 'object' || exported === null || !('default' in exported)) {
    throw new TypeError('its script exports no default')
  }
  return exported.default
}

export function loadValidators(name: string, bytes: Uint8Array | null): Validators {
  if (bytes === null) return {}
  const made = evaluate(decoder.decode(bytes), `${scriptName(name)}.validators`)
  const exported: unknown = typeof made === 'function' ? made() : undefined
  if (typeof exported !== 'object' || exported === null || !('validators' in exported)) {
    throw new TypeError('its validators are not those of a release')
  }
  return exported.validators as Validators
}
