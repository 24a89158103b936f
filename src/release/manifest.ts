/**
 * `manifest.json`: what a release is. Its canonical JSON is digested, and that digest is the release's identity; so
 * nothing that differs between two machines stands in it.
 */
import type {
  CodifiedComponent,
  CodifiedConnector,
  CodifiedGateway,
  CodifiedRoute,
  CodifiedSchedule,
} from '../component/codified.ts'

/** A file of the release: path below the release folder, with forward slashes, and SHA-256 of its bytes in hex. */
export type ReleaseFile = { readonly path: string; readonly digest: string; readonly bytes: number }

/**
 * What one cell is started from. `digest` decides whether a patch touches the cell: it covers script, validators and
 * codified form, nothing else.
 */
export type CellImage = {
  readonly name: string
  readonly digest: string
  readonly script: ReleaseFile
  /** null for routes and the edge. */
  readonly validators: ReleaseFile | null
  readonly map: ReleaseFile
  readonly codified: CodifiedComponent | CodifiedConnector | CodifiedRoute | { readonly kind: 'edge' }
  /** Packages in the bundle, by name; each `name@version`, sorted. Not proven stateless. */
  readonly packages: readonly string[]
}

export type Manifest = {
  readonly format: 1
  readonly system: string
  /** Components, connectors, routes and the edge (the system file: `authenticate`, system invariants), by name. */
  readonly cells: readonly CellImage[]
  readonly gateways: readonly CodifiedGateway[]
  readonly schedules: Readonly<Record<string, CodifiedSchedule>>
  readonly invariants: readonly string[]
  readonly sources: readonly ReleaseFile[]
  readonly packages: readonly {
    readonly name: string
    readonly version: string
    readonly license: string | null
    readonly digest: string
  }[]
  readonly builtWith: {
    readonly selfsame: string
    readonly esbuild: string
    readonly typescript: string
    readonly zod: string
  }
  /** Filled in when releases are signed. */
  readonly signature: null
}
