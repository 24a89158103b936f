/**
 * Requests under a caller's own key. Of those that come at the same time the first runs, the others are held and told
 * the same; what was used before is answered from the store, or waits there for the settlement of the first.
 */
import { canonicalJson, codeOf } from '../base/index.ts'
import { type Address, type Answer, addressText, type Caller, type Payload, type Store } from '../turn/index.ts'
import type { Deadlines } from './deadlines.ts'
import { failure, type RouterAnswer, routerErrors } from './errors.ts'
import type { RouterLimits } from './limits.ts'
import { type Idempotency, type Opened, type Requests, unknown } from './requests.ts'

/** Between asking and waiting the first use may settle: then the answer is there at the second look. */
const LOOKS_MAX = 3

const CALLER_FOLLOWS = '\n'

/**
 * A key belongs to its caller: two callers who happen to use the same one do not meet. The fingerprint is of the input
 * as it was sent, before defaults are filled in, so that a default that changes does not make a retry another request.
 */
export function idempotencyOf(
  { key, caller, message, input }: { key: string; caller: Caller; message: string; input: Payload },
  digest: (text: string) => string,
): Idempotency {
  const { identity } = caller
  // Half a surrogate pair has no UTF-8 form, and two such keys would become one in the store.
  const own = key.isWellFormed() && identity.isWellFormed() ? identity : digest(JSON.stringify([key, identity]))
  const fingerprint = digest(canonicalJson([identity, message, input === null ? null : JSON.parse(input)]))
  return { key: `${key.toWellFormed()}${CALLER_FOLLOWS}${own}`, fingerprint }
}

export type KeyedRequest = {
  readonly to: Address
  readonly idempotency: Idempotency
  readonly deadlineMs: number
  /** Runs it: the key is new. */
  readonly run: () => Opened
}

export type IdempotencyPowers = {
  readonly store: Store
  readonly limits: RouterLimits
  readonly requests: Requests
  readonly deadlines: Deadlines
}

type First = { readonly fingerprint: string; readonly over: Promise<RouterAnswer>; held: number }

export class IdempotentRequests {
  readonly #powers: IdempotencyPowers
  readonly #first = new Map<string, First>()

  constructor(powers: IdempotencyPowers) {
    this.#powers = powers
  }

  request(request: KeyedRequest): Promise<RouterAnswer> {
    const { to, idempotency } = request
    const name = `${addressText(to)}\n${idempotency.key}`
    const first = this.#first.get(name)
    if (first !== undefined) return this.#hold(first, request)
    const over = Promise.withResolvers<RouterAnswer>()
    this.#first.set(name, { fingerprint: idempotency.fingerprint, over: over.promise, held: 0 })
    const end = (answer: RouterAnswer) => {
      this.#first.delete(name)
      over.resolve(answer)
    }
    return this.#use(request).then((opened) => {
      void opened.over.then(end)
      return opened.answer
    })
  }

  /** A commit was refused because the key is used: tells `request`, which is open, what the first use was told. */
  async duplicate(request: number, at: Pick<KeyedRequest, 'to' | 'idempotency'>): Promise<void> {
    const { requests } = this.#powers
    const kept = await this.#kept(at, { request, willWait: () => {} })
    if (kept === 'waits') requests.deferred(request)
    else requests.finish(request, kept ?? unknown('the answer is not kept any more'))
  }

  #hold(first: First, { idempotency, deadlineMs }: KeyedRequest): Promise<RouterAnswer> {
    const { limits, requests, deadlines } = this.#powers
    if (first.fingerprint !== idempotency.fingerprint) return Promise.resolve(reused(idempotency))
    if (first.held >= limits.duplicatesHeld) {
      return Promise.resolve(requests.overloaded('too many retries of it wait already'))
    }
    first.held += 1
    return new Promise((resolve) => {
      const late = () => resolve(unknown(`the first use of its key was not done within ${deadlineMs} ms`))
      const deadline = deadlines.add(deadlineMs, late)
      void first.over.then((answer) => {
        deadline.cancel()
        resolve(answer)
      })
    })
  }

  async #use({ to, idempotency, run, deadlineMs }: KeyedRequest): Promise<Opened> {
    const { requests } = this.#powers
    const request = requests.number()
    let opened: Opened | null = null
    const willWait = () => {
      opened ??= requests.open(request, { work: null, deadlineMs })
    }
    const kept = await this.#kept({ to, idempotency }, { request, willWait })
    if (kept === 'waits') {
      requests.deferred(request)
      return opened ?? answered(unknown('nobody waits for it'))
    }
    // The wait that it was opened for had ended by then: nobody will be told under this number.
    requests.finish(request, kept ?? unknown('it did not wait'))
    return kept === null ? run() : answered(kept)
  }

  /** The answer, `waits` if `request` will be told, or null for a new key. */
  async #kept(
    { to, idempotency }: Pick<KeyedRequest, 'to' | 'idempotency'>,
    { request, willWait }: { readonly request: number; readonly willWait: () => void },
  ): Promise<RouterAnswer | 'waits' | null> {
    const { store } = this.#powers
    const { key, fingerprint } = idempotency
    try {
      for (let look = 0; look < LOOKS_MAX; look++) {
        const kept = await store.call('idempotent', { to, key })
        if (kept === null) return null
        if (kept.fingerprint !== fingerprint) return reused(idempotency)
        if (kept.answer !== null) return kept.answer
        // Open before it waits: the settlement may be heard before the store's answer to this.
        willWait()
        const waits = await store.call('awaitIdempotent', { to, key, request }).then(
          () => true,
          (error: unknown) => {
            if (codeOf(error) === 'WAIT_ENDED') return false
            throw error
          },
        )
        if (waits) return 'waits'
      }
      return unknown('its wait ended, and its answer could not be found')
    } catch (error) {
      return storeFailure(error)
    }
  }
}

export function answered(answer: RouterAnswer): Opened {
  const settled = Promise.resolve(answer)
  return { answer: settled, over: settled }
}

function reused({ key }: Idempotency): RouterAnswer {
  return failure(routerErrors.IDEMPOTENCY_KEY_REUSED({ key: key.slice(0, key.lastIndexOf(CALLER_FOLLOWS)) }))
}

/** The store did not answer. Whether the key was used before, nobody knows; this time nothing was done. */
function storeFailure(error: unknown): Extract<Answer, { type: 'failed' }> {
  const message = error instanceof Error ? error.message : String(error)
  return { type: 'failed', code: codeOf(error) ?? 'STORE_FAILED', message }
}
