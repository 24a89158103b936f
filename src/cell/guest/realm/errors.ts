/** What a cell's globals refuse. */
import { defineErrors } from '../../../base/index.ts'

export const realmErrors = defineErrors({
  NOT_IN_A_CELL: {
    message: ({ use }: { use: string; instead: string }) => `${use} is not available in a cell`,
    remedy:
      'Use what the turn offers: turn.after for timers, turn.fetch inside a turn, turn.uuid and turn.random for chance, a connector for the world.',
  },
})

/** A function that takes the place of a global which a cell does not have, and says what to use in its place. */
export function refused(use: string, instead: string): () => never {
  return () => {
    throw realmErrors.NOT_IN_A_CELL({ use, instead })
  }
}
