/** The smallest component with a durable effect. */
import { contract } from 'selfsame'
import * as z from 'zod'

export const Counter = contract('counter', {
  key: z.string().min(1).max(40),
  messages: {
    add: {
      creates: true,
      access: 'public',
      input: z.strictObject({ amount: z.int().min(0).max(1_000) }),
      output: z.strictObject({ total: z.int() }),
    },
    total: { read: true, access: 'public', output: z.strictObject({ total: z.int() }) },
  },
})
