/** Floor 0: each file could be a standard library. */
export { assert } from './assert.ts'
export { type Batcher, batcher } from './batcher.ts'
export type { Clock, Random, Timer } from './clock.ts'
export { codeOf, defineErrors, messageOf, SelfsameError } from './errors.ts'
export { type Finding, findingOf, type Place, type Severity } from './finding.ts'
export { canonicalJson, type Json } from './json.ts'
export { sha256 } from './sha256.ts'
export { didYouMean, nearest } from './suggest.ts'
