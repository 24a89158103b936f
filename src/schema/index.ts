/** Schemas as data: from Zod to our dialect, validators compiled from it, what is personal in it. */
export { schemaErrors } from './errors.ts'
export { assertFieldName } from './field-name.ts'
export type { JsonSchema } from './json-schema.ts'
export type { Issue, SchemaName, Validate, Validators } from './validator.ts'
