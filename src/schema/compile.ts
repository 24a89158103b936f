/**
 * Validators at run time, for tests and for what a build checks itself. They are made from the very text that a
 * release holds, so the two cannot behave differently.
 */
import type { JsonSchema } from './json-schema.ts'
import type { Validate, Validators } from './validator.ts'
import { type Schemas, validatorSource } from './validator-source.ts'

export function compileValidators(schemas: Schemas): Validators {
  // The text is our own; what comes from schemas stands in it as JSON literals alone.
  const evaluate = new Function(`return ${validatorSource(schemas)}`) as () => () => { validators: Validators }
  return evaluate()().validators
}

export function compileValidator(schema: JsonSchema): Validate {
  return compileValidators({ state: schema }).state ?? (() => null)
}
