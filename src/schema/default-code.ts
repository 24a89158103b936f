/** Generates the statements that fill in declared defaults, in a value that has been found valid. Empty if none can be. */
import { alternativesOf } from './alternatives.ts'
import { checkCode, isOfKinds } from './check-code.ts'
import { literal, member, type Script } from './code.ts'
import type { JsonSchema } from './json-schema.ts'

export function defaultCode(schema: JsonSchema, value: string, script: Script): string {
  if (schema.const !== undefined || schema.enum) return ''
  if (schema.anyOf || schema.oneOf) return unionCode(schema, value, script)
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties ? recordCode(schema, value, script) : objectCode(schema, value, script)
    case 'array':
      return arrayCode(schema, value, script)
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
    case undefined:
      return ''
    default:
      throw new Error(`no code for the type ${schema.type satisfies never}`)
  }
}

function objectCode(schema: JsonSchema, value: string, script: Script): string {
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const place = member(value, name)
    // A literal in the code makes a new value each time: two records never share a default.
    const own =
      property.default === undefined ? '' : `if (${place} === undefined) ${place} = ${literal(property.default)};\n`
    const inner = script.fresh('v')
    const nested = defaultCode(property, inner, script)
    if (nested === '') return own
    return `${own}{ const ${inner} = ${place}; if (${inner} !== undefined) {\n${nested}} }\n`
  })
  return fields.join('')
}

function recordCode(schema: JsonSchema, value: string, script: Script): string {
  const [key, inner] = [script.fresh('k'), script.fresh('v')]
  const nested = defaultCode(schema.additionalProperties || {}, inner, script)
  return nested === '' ? '' : `for (const ${key} in ${value}) {\nconst ${inner} = ${value}[${key}];\n${nested}}\n`
}

function arrayCode(schema: JsonSchema, value: string, script: Script): string {
  const first = (schema.prefixItems ?? []).map((item, i) => {
    const inner = script.fresh('v')
    const nested = defaultCode(item, inner, script)
    return nested === '' ? '' : `if (${value}.length > ${i}) { const ${inner} = ${value}[${i}];\n${nested}}\n`
  })
  if (!schema.items) return first.join('')
  const [index, inner] = [script.fresh('i'), script.fresh('v')]
  const nested = defaultCode(schema.items, inner, script)
  if (nested === '') return first.join('')
  const start = schema.prefixItems?.length ?? 0
  const head = `for (let ${index} = ${start}; ${index} < ${value}.length; ${index}++)`
  return `${first.join('')}${head} {\nconst ${inner} = ${value}[${index}];\n${nested}}\n`
}

function unionCode(schema: JsonSchema, value: string, script: Script): string {
  const alternatives = alternativesOf(schema)
  if (!alternatives) return ''
  switch (alternatives.by) {
    case 'tag': {
      const branches = alternatives.cases.map(({ values, schema: branch }) => {
        const nested = defaultCode(branch, value, script)
        if (nested === '') return ''
        return `${values.map((tag) => `case ${literal(tag)}:`).join(' ')} {\n${nested}break; }\n`
      })
      const body = branches.join('')
      return body === '' ? '' : `switch (${member(value, alternatives.field)}) {\n${body}}\n`
    }
    case 'kind': {
      const branches = alternatives.cases.map(({ kinds, schema: branch }) => {
        const nested = defaultCode(branch, value, script)
        return nested === '' ? '' : `if (${isOfKinds(value, kinds)}) {\n${nested}}\n`
      })
      return branches.join('')
    }
    case 'trial': {
      const fills = alternatives.schemas.map((branch) => defaultCode(branch, value, script))
      if (fills.every((fill) => fill === '')) return ''
      // Which one matched is found out again: it is rare, and keeping it would cost every check.
      const done = script.fresh('d')
      const branches = alternatives.schemas.map((branch, i) => {
        const issues = script.fresh('e')
        const checks = checkCode(branch, { value, path: [], issues }, script)
        return `if (!${done}) { let ${issues} = null;\n${checks}if (${issues} === null) { ${done} = true;\n${fills[i]}} }\n`
      })
      return `let ${done} = false;\n${branches.join('')}`
    }
    default:
      throw new Error(`no code for ${alternatives satisfies never}`)
  }
}
