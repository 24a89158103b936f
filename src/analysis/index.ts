/** Floor 2: reads what authors wrote. The only room that knows TypeScript. */
export { type Analysis, analyse, byPlace, type Sources } from './analyse.ts'
export type { Declaration, Import } from './declarations.ts'
export { codeFrame } from './places.ts'
export { typecheck } from './typecheck.ts'
