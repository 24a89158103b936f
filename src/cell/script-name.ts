/** A cell's script is evaluated under this name: stack frames, debuggers and profiles show it. */
export function scriptName(cell: string): string {
  return `cell:${cell}`
}
