/** What can be wrong with a cell as seen from the host. What goes wrong inside a turn is the guest's to say. */
import { defineErrors } from '../base/index.ts'

export const cellErrors = defineErrors({
  CELL_LOAD_FAILED: {
    message: ({ cell, reason }: { cell: string; reason: string; stack: string }) =>
      `Cell '${cell}' does not load: ${reason}`,
    remedy:
      'Look at the top level of its modules: what runs while they load must not need time, chance, timers or the world.',
  },
  CELL_START_TIMEOUT: {
    message: ({ cell, limitMs }: { cell: string; limitMs: number }) =>
      `Cell '${cell}' was not ready after ${limitMs} ms`,
    remedy: 'Look for a loop or heavy work at the top level of its modules, or raise the limit.',
  },
  CELL_CORRUPT: {
    message: ({ cell, path }: { cell: string; path: string; expected: string; got: string }) =>
      `The bytes of '${path}' are not those that the release names for cell '${cell}'`,
    remedy: 'Build or copy the release again. Nothing of it was run.',
  },
  CELL_ENDED: {
    message: ({ cell }: { cell: string }) => `Cell '${cell}' has ended`,
    remedy: 'Ask again when the cell has been replaced.',
  },
})
