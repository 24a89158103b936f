/** `selfsame version`. */
import { PROTOCOL_VERSION } from '../../control/index.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { selfsameVersion } from '../package.ts'
import type { Verb } from '../verb.ts'

export const version: Verb = {
  name: 'version',
  summary: 'say which Selfsame and which Node this is',
  usage: ['version'],
  takes: [],
  options: {},
  async run({ json }, { terminal }) {
    const versions = { selfsame: selfsameVersion(), node: process.version, protocol: PROTOCOL_VERSION }
    if (json) terminal.out(JSON.stringify(versions, null, 2))
    else terminal.out(`selfsame ${versions.selfsame}, Node ${versions.node}, control protocol ${versions.protocol}`)
    return EXIT_CODES.ok
  },
}
