/**
 * Names that no field can have: what every object inherits would be there before it is written, so neither a check
 * for presence nor a copy could be trusted. `__proto__` is one of them.
 */
import { schemaErrors } from './errors.ts'

export function isFieldName(name: string): boolean {
  return name !== '' && !(name in Object.prototype)
}

/** @throws SCHEMA_FIELD_NAME */
export function assertFieldName(name: string): void {
  if (!isFieldName(name)) throw schemaErrors.SCHEMA_FIELD_NAME({ where: 'the schema', name })
}
