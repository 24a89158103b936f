/** Mail to one address. A connector: the world outside, at least once, with a key. */
import { contract } from 'selfsame'
import * as z from 'zod'

export const Mail = contract('mail', {
  key: z.email().max(120),
  messages: {
    deliver: {
      input: z.strictObject({ subject: z.string().max(200), text: z.string().max(10_000) }),
      output: z.strictObject({ id: z.string() }),
      rejects: { BOUNCED: z.strictObject({ why: z.string() }) },
    },
  },
})
