/**
 * Generates the statements that check one value and change nothing. Defaults are filled in afterwards, in a second
 * pass (see default-code.ts), because an alternative that does not match must leave no trace.
 */
import { alternativesOf } from './alternatives.ts'
import {
  atField,
  atIndex,
  atKey,
  constant,
  literal,
  member,
  type PathCode,
  pathExpression,
  type Script,
} from './code.ts'
import type { JsonKind } from './json-kind.ts'
import type { JsonSchema } from './json-schema.ts'

/** `value` and `issues` are names of variables. */
export type Spot = { readonly value: string; readonly path: PathCode; readonly issues: string }

export function checkCode(schema: JsonSchema, spot: Spot, script: Script): string {
  if (schema.const !== undefined || schema.enum) return valueCode(schema, spot, script)
  const alternatives = alternativesOf(schema)
  if (alternatives) return unionCode(schema, spot, script)
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties ? recordCode(schema, spot, script) : objectCode(schema, spot, script)
    case 'array':
      return arrayCode(schema, spot, script)
    case 'string':
      return stringCode(schema, spot, script)
    case 'number':
    case 'integer':
      return numberCode(schema, spot)
    case 'boolean':
      return unless(`typeof ${spot.value} === "boolean"`, expected('true or false', spot))
    case 'null':
      return unless(`${spot.value} === null`, expected('null', spot))
    case undefined:
      return ''
    default:
      throw new Error(`no code for the type ${schema.type satisfies never}`)
  }
}

// ---- statements
const unless = (condition: string, otherwise: string) => `if (!(${condition})) { ${otherwise} }\n`
const when = (condition: string, then: string) => `if (${condition}) { ${then} }\n`

function report(message: string, { path, issues }: Spot): string {
  return reportExpression(JSON.stringify(message), { path, issues })
}

function reportExpression(message: string, { path, issues }: Omit<Spot, 'value'>): string {
  return `${issues} = say(${issues}, ${pathExpression(path)}, ${message});`
}

function expected(what: string, spot: Spot): string {
  return reportExpression(`${JSON.stringify(`expected ${what}, got `)} + got(${spot.value})`, spot)
}

// ---- kinds of schema
function valueCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const]
  const shown = values.slice(0, 12).map((value) => JSON.stringify(value))
  const message = `expected ${shown.join(', ')}${values.length > shown.length ? ', ...' : ''}`
  const MEMBERS_INLINE_MAX = 8
  const condition =
    values.length > MEMBERS_INLINE_MAX
      ? `${constant(script, `new Set(${literal(values)})`)}.has(${spot.value})`
      : values.map((value) => `${spot.value} === ${literal(value)}`).join(' || ')
  return unless(condition, report(message, spot))
}

function objectCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const properties = Object.entries(schema.properties ?? {})
  const required = new Set(schema.required)
  const fields = properties.map(([name, property]) => {
    const value = script.fresh('v')
    const inner = { ...spot, value, path: atField(spot.path, name) }
    const missing = required.has(name) ? `if (${value} === undefined) { ${report('is missing', inner)} } else ` : ''
    const guard = required.has(name) ? '' : `if (${value} !== undefined) `
    return `const ${value} = ${member(spot.value, name)};\n${missing}${guard}{\n${checkCode(property, inner, script)}}\n`
  })
  const key = script.fresh('k')
  const known = properties.map(([name]) => `case ${JSON.stringify(name)}:`).join(' ')
  const names = properties.slice(0, 12).map(([name]) => name)
  const hint = names.length === 0 ? 'is not a field: there are none' : `is not a field; there are: ${names.join(', ')}`
  const unknown = report(hint, { ...spot, path: atKey(spot.path, key) })
  const strict = `for (const ${key} in ${spot.value}) { switch (${key}) { ${known}${known ? ' break;' : ''} default: ${unknown} } }\n`
  return `if (isObject(${spot.value})) {\n${fields.join('')}${strict}} else { ${expected('an object', spot)} }\n`
}

function recordCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const [key, value, count] = [script.fresh('k'), script.fresh('v'), script.fresh('n')]
  const path = atKey(spot.path, key)
  const names = schema.propertyNames ? checkCode(schema.propertyNames, { ...spot, value: key, path }, script) : ''
  const values = checkCode(schema.additionalProperties || {}, { ...spot, value, path }, script)
  const loop = `let ${count} = 0;\nfor (const ${key} in ${spot.value}) {\n${count}++;\n${names}const ${value} = ${spot.value}[${key}];\n${values}}\n`
  const { minProperties, maxProperties } = schema
  const most =
    maxProperties === undefined
      ? ''
      : when(`${count} > ${maxProperties}`, report(`has more than ${maxProperties} entries`, spot))
  const least =
    minProperties === undefined
      ? ''
      : when(`${count} < ${minProperties}`, report(`has fewer than ${minProperties} entries`, spot))
  return `if (isObject(${spot.value})) {\n${loop}${most}${least}} else { ${expected('an object', spot)} }\n`
}

function arrayCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const { minItems, maxItems, prefixItems = [], items } = schema
  const length = `${spot.value}.length`
  // The items of a list that is too long are not looked at: what that costs is the sender's to choose.
  const most =
    maxItems === undefined
      ? ''
      : `if (${length} > ${maxItems}) { ${report(`has more than ${maxItems} items`, spot)} } else `
  const least = minItems ? when(`${length} < ${minItems}`, report(`has fewer than ${minItems} items`, spot)) : ''
  const first = prefixItems.map((item, i) => {
    const value = script.fresh('v')
    const checks = checkCode(item, { ...spot, value, path: atIndex(spot.path, String(i)) }, script)
    return `if (${length} > ${i}) {\nconst ${value} = ${spot.value}[${i}];\n${checks}}\n`
  })
  return `if (Array.isArray(${spot.value})) {\n${most}{\n${least}${first.join('')}${restCode()}}\n} else { ${expected('an array', spot)} }\n`

  function restCode(): string {
    if (!items) return ''
    const [index, value] = [script.fresh('i'), script.fresh('v')]
    const checks = checkCode(items, { ...spot, value, path: atIndex(spot.path, index) }, script)
    const start = `let ${index} = ${prefixItems.length}`
    return `for (${start}; ${index} < ${length}; ${index}++) {\nconst ${value} = ${spot.value}[${index}];\n${checks}}\n`
  }
}

function stringCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const { minLength, maxLength, pattern, format } = schema
  const what = format ? `is no ${format}` : `does not match ${pattern?.slice(0, 80)}`
  const tests = [
    maxLength === undefined
      ? ''
      : when(`isLonger(${spot.value}, ${maxLength})`, report(`is longer than ${maxLength} characters`, spot)),
    minLength
      ? when(`isShorter(${spot.value}, ${minLength})`, report(`is shorter than ${minLength} characters`, spot))
      : '',
    pattern === undefined
      ? ''
      : unless(
          `${constant(script, `new RegExp(${JSON.stringify(pattern)}, "u")`)}.test(${spot.value})`,
          report(what, spot),
        ),
  ]
  // A text that is too long is not matched against a pattern: what a pattern costs grows with it.
  const [most, ...rest] = tests
  const body = most ? `${most.trimEnd()} else {\n${rest.join('')}}\n` : rest.join('')
  return `if (typeof ${spot.value} === "string") {\n${body}} else { ${expected('a string', spot)} }\n`
}

function numberCode(schema: JsonSchema, spot: Spot): string {
  const { value } = spot
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const isWhole = schema.type === 'integer'
  const bounds = [
    minimum === undefined ? '' : when(`${value} < ${minimum}`, report(`is less than ${minimum}`, spot)),
    maximum === undefined ? '' : when(`${value} > ${maximum}`, report(`is more than ${maximum}`, spot)),
    exclusiveMinimum === undefined
      ? ''
      : when(`${value} <= ${exclusiveMinimum}`, report(`is not more than ${exclusiveMinimum}`, spot)),
    exclusiveMaximum === undefined
      ? ''
      : when(`${value} >= ${exclusiveMaximum}`, report(`is not less than ${exclusiveMaximum}`, spot)),
    multipleOf === undefined
      ? ''
      : unless(`isMultiple(${value}, ${multipleOf})`, report(`is no multiple of ${multipleOf}`, spot)),
  ]
  const test = isWhole ? `Number.isInteger(${value})` : `Number.isFinite(${value})`
  const what = isWhole ? 'a whole number' : 'a finite number'
  return `if (${test}) {\n${bounds.join('')}} else { ${expected(what, spot)} }\n`
}

const KIND_TESTS: Readonly<Record<JsonKind, (value: string) => string>> = {
  object: (value) => `typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})`,
  array: (value) => `Array.isArray(${value})`,
  string: (value) => `typeof ${value} === "string"`,
  number: (value) => `typeof ${value} === "number"`,
  boolean: (value) => `typeof ${value} === "boolean"`,
  null: (value) => `${value} === null`,
}

/** Whether a value is of one of these kinds, as an expression. */
export function isOfKinds(value: string, kinds: ReadonlySet<JsonKind>): string {
  return [...kinds].map((kind) => `(${KIND_TESTS[kind](value)})`).join(' || ')
}

function unionCode(schema: JsonSchema, spot: Spot, script: Script): string {
  const alternatives = alternativesOf(schema)
  switch (alternatives?.by) {
    case 'tag': {
      const { field, cases } = alternatives
      const branches = cases.map(({ values, schema: branch }) => {
        const labels = values.map((value) => `case ${literal(value)}:`).join(' ')
        return `${labels} {\n${checkCode(branch, spot, script)}break; }\n`
      })
      const all = cases.flatMap(({ values }) => values.map((value) => JSON.stringify(value)))
      const wrong = report(`expected ${all.join(', ')}`, { ...spot, path: atField(spot.path, field) })
      const choice = `switch (${member(spot.value, field)}) {\n${branches.join('')}default: ${wrong} }\n`
      return `if (isObject(${spot.value})) {\n${choice}} else { ${expected('an object', spot)} }\n`
    }
    case 'kind': {
      const branches = alternatives.cases.map(
        ({ kinds, schema: branch }) =>
          `if (${isOfKinds(spot.value, kinds)}) {\n${checkCode(branch, spot, script)}} else `,
      )
      const names = alternatives.cases.flatMap(({ kinds }) => [...kinds])
      return `${branches.join('')}{ ${expected(names.join(' or '), spot)} }\n`
    }
    case 'trial': {
      const matched = script.fresh('m')
      const trials = alternatives.schemas.map((branch) => {
        const issues = script.fresh('e')
        const checks = checkCode(branch, { ...spot, issues }, script)
        const guard = alternatives.exactly ? '' : `if (${matched} === 0) `
        return `${guard}{ let ${issues} = null;\n${checks}if (${issues} === null) ${matched}++; }\n`
      })
      const none = when(`${matched} === 0`, report(`matches none of ${alternatives.schemas.length} alternatives`, spot))
      const many = alternatives.exactly
        ? when(`${matched} > 1`, report('matches more than one alternative, and may match only one', spot))
        : ''
      return `let ${matched} = 0;\n${trials.join('')}${none}${many}`
    }
    case undefined:
      return ''
    default:
      throw new Error(`no code for ${alternatives satisfies never}`)
  }
}
