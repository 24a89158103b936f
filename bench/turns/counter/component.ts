import { component } from 'selfsame'
import * as z from 'zod'
import { Counter } from './contract.ts'

export const counter = component(Counter, {
  state: z.strictObject({ total: z.int().min(0), turns: z.int().min(0), note: z.string().max(200) }),
}).implement({
  initial: (key) => ({ total: 0, turns: 0, note: `the counter of ${key}, with a text to give the record some size` }),
  handlers: {
    add(state, { amount }) {
      state.total += amount
      state.turns += 1
      return { total: state.total }
    },
    total: (state) => ({ total: state.total }),
  },
})
