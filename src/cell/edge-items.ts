/**
 * What passes between the main thread and the edge cell, which runs the system file: who a caller is, and the sums of
 * the system's invariants. Sums are taken in pieces, so that no piece holds the thread for long.
 */

/** Records or messages of one `fold`. */
export const FOLD_TEXTS_MAX = 1_000

export type ToEdge =
  | {
      readonly type: 'authenticate'
      readonly id: number
      /** Number of the gateway in the system's list, from 0. */
      readonly gateway: number
      readonly method: string
      readonly url: string
      readonly headers: readonly (readonly [name: string, value: string])[]
    }
  /** Sums `entities[component]` over states, or `messages[component][message]` over inputs, both as JSON texts. */
  | {
      readonly type: 'fold'
      readonly id: number
      readonly invariant: string
      readonly of: { readonly component: string; readonly message: string | null }
      readonly texts: readonly string[]
    }
  | { readonly type: 'holds'; readonly id: number; readonly invariant: string; readonly sum: number }
  /** What each invariant folds over, so that the host scans nothing else. */
  | { readonly type: 'folds'; readonly id: number }

export type FoldPlan = {
  readonly invariant: string
  readonly entities: readonly string[]
  readonly messages: readonly { readonly component: string; readonly message: string }[]
}

export type FromEdge =
  | { readonly type: 'identified'; readonly id: number; readonly identity: string }
  /** `authenticate` threw, or named no one. `reason` is for the log, not for the client. */
  | { readonly type: 'unidentified'; readonly id: number; readonly reason: string }
  | { readonly type: 'folded'; readonly id: number; readonly sum: number }
  | { readonly type: 'judged'; readonly id: number; readonly holds: boolean }
  | { readonly type: 'folding'; readonly id: number; readonly plans: readonly FoldPlan[] }
  /** The author's function threw, or gave no number. */
  | { readonly type: 'edge-failed'; readonly id: number; readonly message: string; readonly stack: string }
