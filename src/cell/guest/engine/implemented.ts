/**
 * The run-time values of `component(...).implement(...)` and `connector(...).implement(...)` as far as the engine looks
 * at them. Structural, so that a release built with another copy of the library still fits. Schemas are not looked at:
 * what is enforced is the codified form.
 */

/** A message as the author's contract holds it: `access` is 'system' and the flags are false if nothing is said. */
export type ContractMessage = {
  readonly access?: 'public' | 'system' | 'self' | undefined
  readonly read?: boolean | undefined
  readonly creates?: boolean | undefined
}

export type ContractValue = {
  readonly name: string
  readonly definition: { readonly messages: Readonly<Record<string, ContractMessage>> }
}

/** `state` is a draft (a frozen copy for a read); what comes back is the output, a token, or a promise of either. */
export type Handler = (state: unknown, input: unknown, turn: unknown) => unknown
export type ConnectionHandler = (state: unknown, connection: string, turn: unknown) => unknown

export type MigrationValue = {
  readonly steps: { readonly state?: { readonly up: (old: never) => unknown } | undefined }
}

export type ComponentValue = {
  readonly contract: ContractValue
  readonly indexes?: Readonly<Record<string, (state: never) => unknown>> | undefined
  readonly migrations?: readonly MigrationValue[] | undefined
  readonly behaviour: {
    readonly initial: (key: string, input: never, turn: never) => unknown
    readonly invariants?: Readonly<Record<string, (state: never) => unknown>> | undefined
    readonly cache?: (() => unknown) | undefined
    readonly handlers: Readonly<Record<string, (state: never, input: never, turn: never) => unknown>>
    readonly attached?: ((state: never, connection: string, turn: never) => unknown) | undefined
    readonly detached?: ((state: never, connection: string, turn: never) => unknown) | undefined
  }
}

export type ConnectorValue = {
  readonly contract: ContractValue
  readonly behaviour: { readonly handlers: Readonly<Record<string, (input: never, turn: never) => unknown>> }
}
