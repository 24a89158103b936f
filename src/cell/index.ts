/** Cells: worker threads that run one component, connector, route or the system file each. */
export type { Cell, CellEnd, CellLimits, CellOptions, CellPowers } from './cell.ts'
export type { FromGuest, ToGuest } from './cell-items.ts'
export { FOLD_TEXTS_MAX, type FoldPlan, type FromEdge, type ToEdge } from './edge-items.ts'
export { turnGlobals } from './guest/realm/turn-globals.ts'
export { type FromRoute, HTTP_WINDOW_BYTES, type ToRoute } from './http-items.ts'
export { stackMapper } from './stack-map.ts'
export { startCell } from './start-cell.ts'
