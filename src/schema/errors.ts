/** What a schema can be refused for. Most are findings of the build; each names the field. */
import { defineErrors } from '../base/index.ts'

/** `where` names the schema and the path in it, as in `auction state, bids[].amount`. */
type Where = { where: string }

export const schemaErrors = /* @__PURE__ */ defineErrors({
  SCHEMA_UNREPRESENTABLE: {
    message: ({ where, what }: Where & { what: string }) => `${where}: ${what} cannot be said in JSON Schema`,
    remedy: 'Use plain JSON values here, and do in the handler what the schema cannot say.',
  },
  SCHEMA_NOT_STRICT: {
    message: ({ where, what }: Where & { what: string }) =>
      `${where}: ${what}, so fields that are not declared would be lost or pass unseen`,
    remedy: 'Use z.strictObject() here, or z.record() for keys that are not known beforehand.',
  },
  SCHEMA_UNBOUNDED: {
    message: ({ where, what }: Where & { what: string }) => `${where}: ${what} in state has no bound`,
    remedy: 'Add .max(n) to arrays and strings, .meta({ maxProperties: n }) to records.',
  },
  SCHEMA_RECURSIVE: {
    message: ({ where }: Where) => `${where}: the schema contains itself, so its values have no bounded depth`,
    remedy: 'Keep the nodes in a z.record() by id, and let them name each other by id.',
  },
  SCHEMA_FIELD_NAME: {
    message: ({ where, name }: Where & { name: string }) =>
      `${where}: no field can be named '${name}', which every object inherits`,
    remedy: 'Choose another name.',
  },
  SCHEMA_DEFAULT_INVALID: {
    message: ({ where, what }: Where & { what: string }) => `${where}: the default ${what}`,
    remedy: 'Use a constant JSON value that the schema itself accepts.',
  },
  SCHEMA_ANNOTATION_UNKNOWN: {
    message: ({ where, name, hint }: Where & { name: string; hint: string }) =>
      `${where}: nothing reads the annotation '${name}'.${hint}`,
    remedy: 'Correct the name in .meta(), or leave it out.',
  },
})
