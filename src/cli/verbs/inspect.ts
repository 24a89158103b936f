/** `selfsame inspect <component> <key>`: one entity as it lies in the store. */
import { type Address, addressText, parseAddress } from '../../turn/index.ts'
import { cliErrors } from '../errors.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { harmless, shortDigest } from '../text.ts'
import type { Input, Verb } from '../verb.ts'
import { HOST_OPTIONS, withHost } from '../with-host.ts'

export const inspect: Verb = {
  name: 'inspect',
  summary: 'show the state of one entity',
  usage: ['inspect <component> <key>', 'inspect <component>/<key>'],
  takes: ['<component>', '<key>?'],
  options: {
    ...HOST_OPTIONS,
    personal: { about: 'show fields that are marked as personal' },
  },
  async run(input, powers) {
    const { terminal } = powers
    const address = addressOf(input)
    const personal = input.flag('personal')
    const inspection = await withHost(input, powers, (client) => client.call('inspect', { address, personal }))
    if (inspection === null) throw cliErrors.ENTITY_UNKNOWN({ address: addressText(address) })

    const { record, redacted } = inspection
    const state: unknown = JSON.parse(record.state)
    if (input.json) {
      terminal.out(JSON.stringify({ address, record: { ...record, state }, redacted }, null, 2))
      return EXIT_CODES.ok
    }
    const facts = `revision ${record.revision}, event ${record.sequence}, version ${shortDigest(record.version)}`
    terminal.out(`${terminal.paint('strong', harmless(addressText(address)))}  ${terminal.paint('faint', facts)}`)
    terminal.out(harmless(JSON.stringify(state, null, 2), { lines: true }))
    if (redacted.length > 0) {
      const fields = redacted.map((path) => harmless(path)).join(', ')
      terminal.err(terminal.paintErr('faint', `redacted: ${fields} (--personal shows them)`))
    }
    return EXIT_CODES.ok
  },
}

/** A key may hold slashes, so with two arguments the first one is the component, whatever the key looks like. */
function addressOf(input: Input): Address {
  const [component = '', key] = input.positionals
  if (key !== undefined) return { component, key }
  const address = parseAddress(component)
  if (address === undefined) throw cliErrors.ARGUMENT_MISSING({ verb: 'inspect', argument: '<key>' })
  return address
}
