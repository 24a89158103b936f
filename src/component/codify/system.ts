/** A whole system as data, and what can be found only when all its parts are there. */
import { canonicalJson, didYouMean, type Json } from '../../base/index.ts'
import { compileValidator, type Issue } from '../../schema/index.ts'
import type {
  CodifiedComponent,
  CodifiedConnector,
  CodifiedGateway,
  CodifiedMessage,
  CodifiedSchedule,
  CodifiedSystem,
} from '../codified.ts'
import { componentErrors } from '../errors.ts'
import type { Schedule } from '../schedule.ts'
import type { System } from '../system.ts'
import { type Codified, type Collected, collected } from './collected.ts'
import { codifyComponent, codifyConnector } from './component.ts'
import { routeNames } from './routes.ts'

/** Codifies what `system()` made, with everything in it. */
export function codifySystem(system: System): Codified<CodifiedSystem> {
  const found = collected()
  const take = <T>({ codified, findings }: Codified<T>): T => {
    found.findings.push(...findings)
    return codified
  }
  const components = system.components.map((component) => take(codifyComponent(component)))
  const connectors = system.connectors.map((connector) => take(codifyConnector(connector)))
  const parts: readonly Part[] = [...components, ...connectors]
  const schedules = Object.entries(system.schedules).map(([name, schedule]): [string, CodifiedSchedule] => [
    name,
    codifySchedule({ name, schedule, parts }, found),
  ])
  checkInvariants(system, components, found)
  const codified: CodifiedSystem = {
    name: system.name,
    components,
    connectors,
    routes: [...routeNames(system.gateways).values()].map((name) => ({ kind: 'route', name })),
    gateways: codifyGateways(system, parts, found),
    schedules: Object.fromEntries(schedules),
    invariants: Object.keys(system.invariants),
  }
  return { codified, findings: found.findings }
}

type Part = CodifiedComponent | CodifiedConnector

const named = (parts: readonly Part[], name: string) => parts.find(({ contract }) => contract.name === name)
const namesOf = (parts: readonly Part[]) => parts.map(({ contract }) => contract.name)

function codifyGateways({ gateways }: System, parts: readonly Part[], found: Collected): readonly CodifiedGateway[] {
  const names = routeNames(gateways)
  const taken = new Set<number>()
  return gateways.map((gateway) => {
    const { port, host, expose, routes = {} } = gateway
    if (port !== 0 && taken.has(port)) found.refuse(componentErrors.GATEWAY_PORT_TAKEN({ port }))
    taken.add(port)
    for (const { name } of expose) checkExposed({ port, name }, parts, found)
    return {
      type: 'http',
      port,
      ...(host === undefined ? {} : { host }),
      expose: expose.map(({ name }) => name),
      authenticates: gateway.authenticate !== undefined,
      routes: Object.fromEntries(Object.entries(routes).map(([path, route]) => [path, names.get(route) ?? ''])),
    }
  })
}

function checkExposed({ port, name }: { port: number; name: string }, parts: readonly Part[], found: Collected): void {
  const part = named(parts, name)
  if (!part) {
    found.refuse(componentErrors.EXPOSED_UNKNOWN({ port, component: name, hint: didYouMean(name, namesOf(parts)) }))
    return
  }
  const { messages, events } = part.contract
  const isPublic = Object.values(messages).some(({ access }) => access === 'public')
  if (!isPublic && Object.keys(events).length === 0) {
    found.warn(componentErrors.NOTHING_PUBLIC({ port, component: name }))
  }
}

function codifySchedule(
  { name, schedule, parts }: { name: string; schedule: Schedule; parts: readonly Part[] },
  found: Collected,
): CodifiedSchedule {
  const { everyMs, component, key, message, input } = schedule
  const part = named(parts, component)
  const refuse = (because: string) => found.refuse(componentErrors.SCHEDULE_INVALID({ schedule: name, because }))
  const codified = { everyMs, component, key, message, input: input === undefined ? null : canonicalJson(input) }
  if (!part) {
    refuse(`no component is named '${component}'.${didYouMean(component, namesOf(parts))}`)
    return codified
  }
  const { key: keySchema, messages } = part.contract
  const declared = Object.hasOwn(messages, message) ? messages[message] : undefined
  const keyIssue = compileValidator(keySchema)(key)?.[0]
  if (keyIssue) refuse(`its key ${worded(keyIssue)}`)
  if (declared) return { ...codified, input: checkInput({ declared, input, message }, refuse) }
  refuse(`${component} has no message '${message}'.${didYouMean(message, Object.keys(messages))}`)
  return codified
}

function checkInput(
  { declared, input, message }: { declared: CodifiedMessage; input: unknown; message: string },
  refuse: (because: string) => void,
): string | null {
  if (declared.read) refuse(`'${message}' is a read`)
  if (declared.access === 'self') refuse(`'${message}' can be sent by the entity itself alone`)
  if (!declared.input) {
    if (input !== undefined) refuse(`'${message}' takes no input`)
    return null
  }
  if (input === undefined) {
    refuse(`'${message}' takes an input`)
    return null
  }
  const value: Json = JSON.parse(canonicalJson(input))
  const issue = compileValidator(declared.input)(value)?.[0]
  if (issue) refuse(`its input ${worded(issue)}`)
  return canonicalJson(value)
}

function worded({ path, message }: Issue): string {
  return path === '' ? message : `has a ${path} that ${message}`
}

function checkInvariants({ invariants }: System, components: readonly CodifiedComponent[], found: Collected): void {
  for (const [invariant, { entities = {}, messages = {} }] of Object.entries(invariants)) {
    const refuse = (because: string) => found.refuse(componentErrors.INVARIANT_UNKNOWN({ invariant, because }))
    for (const name of new Set([...Object.keys(entities), ...Object.keys(messages)])) {
      const component = named(components, name)
      if (!component) {
        refuse(`no component is named '${name}'.${didYouMean(name, namesOf(components))}`)
        continue
      }
      const known = Object.keys(component.contract.messages)
      for (const message of Object.keys(messages[name] ?? {})) {
        if (!known.includes(message)) refuse(`${name} has no message '${message}'.${didYouMean(message, known)}`)
      }
    }
  }
}
