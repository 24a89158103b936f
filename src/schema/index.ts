export type { JsonSchema } from './json-schema.ts'
export type { Issue, SchemaName, Validate, Validators } from './validator.ts'
