/**
 * Compiles schemas to the text of a script: one JavaScript expression, without imports, that evaluates to
 * `() => ({ validators })`. The build writes it into the release as it is; nothing is to be bundled with it.
 *
 * Why not a library: defaults have to be filled in inside unions without a trace of the alternatives that did not
 * match, prototypes have to be refused, and the text has to be the same on every machine. The dialect is closed and
 * small, so its compiler is small too.
 */
import { checkCode } from './check-code.ts'
import { newScript } from './code.ts'
import { defaultCode } from './default-code.ts'
import type { JsonSchema } from './json-schema.ts'
import type { SchemaName } from './validator.ts'

export type Schemas = Readonly<Partial<Record<SchemaName, JsonSchema>>>

/** Issues of one value; what comes after is not collected. */
const ISSUES_MAX = 32
/** Characters of a key that an issue shows: keys come from outside. */
const SHOWN_KEY_LENGTH_MAX = 64

/**
 * A function, so that bundles of authors' code drop it. `isObject` takes plain objects of any realm (their prototype has none), and refuses maps, dates and instances, which
 * JSON would quietly turn into something else. Texts are measured in Unicode code points, of which each takes one or
 * two units of `length`: most need no counting.
 */
const helpers = () => `
const objectPrototype = Object.prototype
const prototypeOf = Object.getPrototypeOf
function isObject(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const prototype = prototypeOf(value)
  return prototype === objectPrototype || prototype === null || prototypeOf(prototype) === null
}
function say(issues, path, message) {
  const issue = { path: path.charCodeAt(0) === 46 ? path.slice(1) : path, message }
  if (issues === null) return [issue]
  if (issues.length < ${ISSUES_MAX}) issues.push(issue)
  return issues
}
function name(key) {
  return /^[A-Za-z_$][A-Za-z0-9_$]{0,${SHOWN_KEY_LENGTH_MAX - 1}}$/.test(key) ? "." + key : "[" + JSON.stringify(key.slice(0, ${SHOWN_KEY_LENGTH_MAX})) + "]"
}
function got(value) {
  if (value === null) return "null"
  if (value === undefined) return "nothing"
  if (Array.isArray(value)) return "an array"
  if (typeof value === "number") return Number.isFinite(value) ? (Number.isInteger(value) ? "a number" : "a fraction") : String(value)
  if (typeof value !== "object") return "a " + typeof value
  return isObject(value) ? "an object" : "an instance of a class"
}
function isLonger(text, most) {
  return text.length > most && (text.length > 2 * most || characters(text) > most)
}
function isShorter(text, least) {
  return text.length < least || (text.length < 2 * least && characters(text) < least)
}
function characters(text) {
  let count = 0
  for (const _ of text) count++
  return count
}
function isMultiple(value, divisor) {
  if (Number.isInteger(divisor)) return value % divisor === 0
  const ratio = value / divisor
  return Math.abs(ratio - Math.round(ratio)) <= 1e-9 * Math.max(1, Math.abs(ratio))
}
`

/** The text of the script. The same schemas, in the same order, give the same text. */
export function validatorSource(schemas: Schemas): string {
  const script = newScript()
  const validators = Object.entries(schemas).map(([name, schema = {}]) => {
    const checks = checkCode(schema, { value: 'value', path: [], issues: 'issues' }, script)
    const defaults = defaultCode(schema, 'value', script)
    return `${JSON.stringify(name)}: (value) => {\nlet issues = null;\n${checks}if (issues !== null) return issues;\n${defaults}return null;\n},\n`
  })
  const constants = [...script.constants].map(([initialiser, name]) => `const ${name} = ${initialiser};\n`)
  return `(() => {\n"use strict";${helpers()}${constants.join('')}const validators = {\n__proto__: null,\n${validators.join('')}};\nreturn { validators };\n})\n`
}
