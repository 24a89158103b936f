/**
 * Types that say "this, and nothing left over from that". TypeScript checks excess keys in literals alone, so a spread
 * such as `({ ...old })` would carry a dropped field along in silence; `Clean` makes that an error.
 */

export type Plain = string | number | boolean | null | undefined

export type At<T, K> = K extends keyof T ? T[K] : undefined

/** `To`, and nothing left over from `From`: catches the `...old` that keeps a dropped field. */
export type Clean<To, From> = unknown extends To
  ? To
  : To extends Plain | void
    ? To
    : To extends readonly (infer T)[]
      ? From extends readonly (infer F)[]
        ? Clean<T, F>[]
        : To
      : From extends Plain | void
        ? To
        : { [K in keyof To]: K extends keyof From ? Clean<To[K], From[K]> : To[K] } & {
            [K in Exclude<keyof From, keyof To>]?: never
          }

export type Maybe<T> = T | Promise<T>

/** Read-only all the way down. */
export type Frozen<T> = T extends Plain ? T : { readonly [K in keyof T]: Frozen<T[K]> }
