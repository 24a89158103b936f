/** Small parts of generated JavaScript: fresh names, literals, property accesses and paths. */
import type { Json } from '../base/index.ts'

/** What a whole generated script shares. `constants` are declared once, before the validators. */
export type Script = {
  readonly constants: Map<string, string>
  fresh(prefix: string): string
}

export function newScript(): Script {
  let count = 0
  return { constants: new Map(), fresh: (prefix) => `${prefix}${++count}` }
}

/** The name of a constant with this initialiser; the same initialiser gets the same name. */
export function constant(script: Script, initialiser: string): string {
  const known = script.constants.get(initialiser)
  if (known) return known
  const name = script.fresh('c')
  script.constants.set(initialiser, name)
  return name
}

/** JSON is JavaScript, but for `__proto__` in an object literal, which would set the prototype. */
export function literal(value: Json): string {
  const text = JSON.stringify(value)
  return text.includes('__proto__') ? `JSON.parse(${JSON.stringify(text)})` : text
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/

export function member(object: string, name: string): string {
  return IDENTIFIER.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`
}

/** A place in a value: fixed texts, and expressions that are evaluated only when there is an issue to report. */
export type PathCode = readonly string[]

export function atField(path: PathCode, name: string): PathCode {
  return [...path, JSON.stringify(IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)]
}

/** `key` is an expression for a name that is known only at run time. */
export function atKey(path: PathCode, key: string): PathCode {
  return [...path, `name(${key})`]
}

export function atIndex(path: PathCode, index: string): PathCode {
  return [...path, `"[" + ${index} + "]"`]
}

export function pathExpression(path: PathCode): string {
  return path.length === 0 ? '""' : path.join(' + ')
}
