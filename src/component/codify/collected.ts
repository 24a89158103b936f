/** Findings, collected while something is codified: what can be said is said, and all of what cannot. */
import { type Finding, findingOf, type SelfsameError } from '../../base/index.ts'
import { type JsonSchema, toJsonSchema } from '../../schema/index.ts'

export type Codified<T> = { readonly codified: T; readonly findings: readonly Finding[] }

export type Collected = {
  readonly findings: Finding[]
  refuse(error: SelfsameError): void
  warn(error: SelfsameError): void
  schema(zod: unknown, options: { where: string; bounded: boolean }): JsonSchema
}

export function collected(): Collected {
  const findings: Finding[] = []
  return {
    findings,
    refuse(error) {
      findings.push(findingOf(error))
    },
    warn(error) {
      findings.push(findingOf(error, 'warning'))
    },
    schema(zod, options) {
      const { schema, findings: found } = toJsonSchema(zod, options)
      findings.push(...found)
      return schema
    },
  }
}
