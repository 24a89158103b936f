/**
 * The closed dialect of JSON Schema 2020-12 in which contracts and states are codified, with our annotations. What
 * cannot be said in it is refused at build.
 */
import type { Json } from '../base/index.ts'

export type JsonSchema = {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly default?: Json
  // objects (strict: additionalProperties is false) and records (additionalProperties is a schema)
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly maxProperties?: number
  readonly minProperties?: number
  // arrays and tuples
  readonly items?: JsonSchema | false
  readonly prefixItems?: readonly JsonSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  // strings
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  // numbers
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  // annotations of ours, and for readers
  readonly unit?: string
  readonly flags?: true
  readonly personal?: true
  readonly replyTo?: string
  readonly rejection?: true
  readonly meaning?: string
  readonly title?: string
  readonly description?: string
}
