/** A mail server on this machine for tests: it takes mails, refuses them, goes away and comes back. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export type Mail = { readonly id: string; readonly to: string; readonly text: string }

/** What the server does next; a test changes it at any time. */
export type Manner = {
  /** Status with which the recipient is refused, or null. */
  refuses: number | null
  /** Runs when it has a mail, before it confirms it. */
  taken: () => Promise<void> | void
}

export type Post = {
  readonly url: string
  readonly port: number
  readonly mails: readonly Mail[]
  readonly manner: Manner
  close(): Promise<void>
}

/** @param port 0 for a free one; one that it had before, to come back. */
export async function startPost(port = 0): Promise<Post> {
  const mails: Mail[] = []
  const manner: Manner = { refuses: null, taken: () => {} }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    onRcptTo(_address, _session, done) {
      const { refuses } = manner
      done(refuses === null ? null : Object.assign(new Error('no such mailbox'), { responseCode: refuses }))
    },
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (chunk) => {
        text += chunk
      })
      stream.on('end', () => {
        const id = /^message-id: (.*)$/im.exec(text)?.[1]?.trim() ?? ''
        mails.push({ id, to: session.envelope.rcptTo[0]?.address ?? '', text })
        void Promise.resolve(manner.taken()).then(() => done())
      })
    },
  })
  // A client that is killed breaks its connection; that is what is tested.
  server.on('error', () => {})
  const listener = server.listen(port, '127.0.0.1')
  await once(listener, 'listening')
  const at = (listener.address() as AddressInfo).port
  return {
    url: `smtp://127.0.0.1:${at}`,
    port: at,
    mails,
    manner,
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}
