/** The schemas of one component, by the names under which its validators are found. */
import type { JsonSchema, SchemaName } from '../../schema/index.ts'
import type { CodifiedContract } from '../codified.ts'

/** `state` is null for a connector, `config` where there is none. */
export function schemasOf(
  contract: CodifiedContract,
  { state, config }: { state: JsonSchema | null; config: JsonSchema | null },
): Readonly<Partial<Record<SchemaName, JsonSchema>>> {
  const schemas: Partial<Record<SchemaName, JsonSchema>> = { key: contract.key }
  if (state) schemas.state = state
  if (config) schemas.config = config
  for (const [message, { input, output, rejects }] of Object.entries(contract.messages)) {
    if (input) schemas[`message.${message}.input`] = input
    if (output) schemas[`message.${message}.output`] = output
    for (const [code, data] of Object.entries(rejects)) schemas[`message.${message}.rejects.${code}`] = data
  }
  for (const [event, data] of Object.entries(contract.events)) schemas[`event.${event}`] = data
  return schemas
}
