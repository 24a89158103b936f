/** Tells what a module exports: the values that authors make all carry their `kind`. */
import type { Component } from './component.ts'
import type { Connector } from './connector.ts'
import type { Route } from './route.ts'
import type { System } from './system.ts'

export type Authored = Component | Connector | Route | System

const KINDS: readonly string[] = ['component', 'connector', 'route', 'system'] satisfies Authored['kind'][]

/** Whether a value was made by `component().implement()`, `connector().implement()`, `route()` or `system()`. */
export function isAuthored(value: unknown): value is Authored {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    KINDS.includes(value.kind) &&
    Object.isFrozen(value)
  )
}
