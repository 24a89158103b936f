/**
 * Sends mail through SMTP. The message id is the idempotency key: a mail that is sent twice, because the host died
 * between sending and committing, carries the same id, and mail servers and readers show it once.
 * `SMTP_URL=discard:` sends nowhere, for development.
 */
import { createTransport } from 'nodemailer'
import { connector } from 'selfsame'
import { Mail } from './contract.ts'

export const mail = connector(Mail, { secrets: ['SMTP_URL'] }).implement({
  handlers: {
    async deliver({ subject, text }, turn) {
      const messageId = `<${turn.idempotencyKey}@auction.example>`
      if (turn.secrets.SMTP_URL === 'discard:') return { id: messageId }
      const transport = createTransport(turn.secrets.SMTP_URL)
      try {
        const sent = await transport.sendMail({ messageId, from: 'house@auction.example', to: turn.key, subject, text })
        return { id: sent.messageId }
      } catch (error) {
        // 5xx is the server's final word; anything else is a fault, and is tried again.
        const status = (error as { responseCode?: number }).responseCode
        if (status !== undefined && status >= 500) throw turn.reject('BOUNCED', { why: `refused with ${status}` })
        throw error
      } finally {
        transport.close()
      }
    },
  },
})
