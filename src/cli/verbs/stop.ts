/** `selfsame stop`: ends the host gracefully, and waits for it. */
import { EXIT_CODES } from '../exit-codes.ts'
import type { Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

export const stop: Verb = {
  name: 'stop',
  summary: 'end the host gracefully, and wait until it has',
  usage: ['stop'],
  takes: [],
  options: HOST_OPTIONS,
  async run(input, powers) {
    const { terminal } = powers
    const progress = terminal.progress('stopping')
    const pid = await withHost(input, powers, async (client) => {
      await client.call('stop', null)
      return client.hello.pid
    }).finally(progress.done)
    terminal.out(input.json ? JSON.stringify({ stopped: pid }) : `stopped (pid ${pid})`)
    return EXIT_CODES.ok
  },
}
