/** Schemas as data: from Zod to our dialect, validators compiled from it, what is personal in it. */
export { compileValidator, compileValidators } from './compile.ts'
export { schemaErrors } from './errors.ts'
export { assertFieldName } from './field-name.ts'
export { toJsonSchema } from './from-zod.ts'
export type { JsonSchema } from './json-schema.ts'
export { personalPaths, REDACTED, redact } from './personal.ts'
export type { Issue, SchemaName, Validate, Validators } from './validator.ts'
export { type Schemas, validatorSource } from './validator-source.ts'
