/** How long a delivery that faulted waits: doubling from the first to the longest. No jitter: one router, one store. */
export function backoffMs(
  faults: number,
  { backoffFirstMs, backoffMs }: { readonly backoffFirstMs: number; readonly backoffMs: number },
): number {
  return Math.min(backoffMs, backoffFirstMs * 2 ** Math.max(0, faults - 1))
}
