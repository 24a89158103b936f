/** Who sent a message: what `authenticate` said, or the entity that sent it, written as an address. */
export type Caller = { readonly identity: string; readonly connection: string | null }
