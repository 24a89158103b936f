/**
 * A contract is what a component promises: its messages, rejections, events, and how its entities are named. It is
 * plain data with schemas in it, importable by everyone, and holds no behaviour.
 */
import type * as z from 'zod'
import { didYouMean } from '../base/index.ts'
import { componentErrors } from './errors.ts'
import { freezePlain } from './freeze.ts'
import { assertComponentName, assertMemberName, assertMessageName, assertRejectionCode } from './names.ts'

/** Who may send a message: anyone through a gateway, the system's other components, or the entity itself. */
export type Access = 'public' | 'system' | 'self'
export type Others = 'public' | 'system'
export type Schemas = Readonly<Record<string, z.ZodType>>
export type Indexed = string | number | boolean

/** `access` is 'system' if nothing is said. A read sees committed state, changes nothing, and is a GET. */
export type Message = {
  readonly input?: z.ZodType
  readonly output?: z.ZodType
  readonly rejects?: Schemas
  readonly access?: Access
} & ({ readonly read?: true; readonly creates?: never } | { readonly creates?: true; readonly read?: never })

export type Definition = {
  readonly key: z.ZodType<string, string>
  readonly messages: Readonly<Record<string, Message>>
  readonly events?: Schemas
  /** What `turn.list` can ask for by value; the component computes them from its state. Types `where` for callers. */
  readonly indexes?: Readonly<Record<string, z.ZodType<Indexed>>>
}

export type Contract<Name extends string = string, D extends Definition = Definition> = {
  readonly name: Name
  readonly definition: D
}

const ACCESSES: readonly string[] = ['public', 'system', 'self'] satisfies Access[]
const DEFINITION_FIELDS: readonly string[] = ['key', 'messages', 'events', 'indexes']
const MESSAGE_FIELDS: readonly string[] = ['input', 'output', 'rejects', 'access', 'read', 'creates']

/**
 * Declares a contract.
 * @throws COMPONENT_NAME_INVALID, MESSAGE_NAME_INVALID, MEMBER_NAME_INVALID, REJECTION_CODE_INVALID, CONTRACT_INVALID
 */
export function contract<const Name extends string, const D extends Definition>(
  name: Name,
  definition: D,
): Contract<Name, D> {
  assertComponentName(name)
  assertFields(definition, { known: DEFINITION_FIELDS, where: name })
  if (!isSchema(definition.key))
    throw componentErrors.CONTRACT_INVALID({ where: name, because: "'key' is not a schema" })
  if (typeof definition.messages !== 'object' || definition.messages === null) {
    throw componentErrors.CONTRACT_INVALID({ where: name, because: "'messages' is not an object" })
  }
  for (const [message, declared] of Object.entries(definition.messages))
    assertMessage(`${name}.${message}`, message, declared)
  for (const event of Object.keys(definition.events ?? {})) assertMemberName(event, `${name}.events`)
  for (const index of Object.keys(definition.indexes ?? {})) assertMemberName(index, `${name}.indexes`)
  return Object.freeze({ name, definition: freezePlain(definition) })
}

function assertMessage(where: string, name: string, message: Message): void {
  assertMessageName(name, where)
  assertFields(message, { known: MESSAGE_FIELDS, where })
  if (message.access !== undefined && !ACCESSES.includes(message.access)) {
    const because = `its access is '${message.access}'.${didYouMean(message.access, ACCESSES)}`
    throw componentErrors.CONTRACT_INVALID({ where, because })
  }
  if (message.read && message.creates) {
    throw componentErrors.CONTRACT_INVALID({ where, because: 'a read changes nothing, so it cannot create' })
  }
  for (const code of Object.keys(message.rejects ?? {})) assertRejectionCode(code, where)
}

function assertFields(value: object, { known, where }: { known: readonly string[]; where: string }): void {
  if (typeof value !== 'object' || value === null) {
    throw componentErrors.CONTRACT_INVALID({ where, because: 'it is not an object' })
  }
  const unknown = Object.keys(value).find((field) => !known.includes(field))
  if (unknown === undefined) return
  throw componentErrors.CONTRACT_INVALID({ where, because: `it has no '${unknown}'.${didYouMean(unknown, known)}` })
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value
}

// ---- what a contract says, to the type checker
export type Messages<C extends Contract> = C['definition']['messages']
export type MessageName<C extends Contract> = keyof Messages<C> & string
export type KeyOf<C extends Contract> = z.output<C['definition']['key']>
export type Events<C extends Contract> = C['definition'] extends { events: infer E extends Schemas } ? E : {}
/** The values of an index, if the contract declares it; else names and values are not checked. */
export type Where<C extends Contract> = C['definition'] extends { indexes: infer I extends Schemas }
  ? { readonly [N in keyof I]?: z.input<I[N]> }
  : Readonly<Record<string, Indexed>>

export type Data<S> = { [K in keyof S]: S[K] extends z.ZodType ? z.output<S[K]> : never }
export type Sent<M> = M extends { input: infer I extends z.ZodType } ? [input: z.input<I>] : []
export type Received<M> = M extends { input: infer I extends z.ZodType } ? z.output<I> : undefined
export type Answer<M> = M extends { output: infer O extends z.ZodType } ? [output: z.input<O>] : []
export type Returned<M> = M extends { output: infer O extends z.ZodType } ? z.input<O> : void
export type Replied<M> = M extends { output: infer O extends z.ZodType } ? z.output<O> : void
export type Rejects<M> = M extends { rejects: infer R extends Schemas } ? R : {}

type Having<M, Mark> = { [N in keyof M]: M[N] extends Mark ? N : never }[keyof M]
export type Reads<M> = Having<M, { read: true }>
export type Creates<M> = Having<M, { creates: true }>
export type Open<M, Who extends Access> = {
  [N in keyof M]: (M[N] extends { access: infer A } ? A : 'system') extends Who ? N : never
}[keyof M]
