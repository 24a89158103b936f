/**
 * WeakRef and FinalizationRegistry without their one non-deterministic trait: here nothing is ever found to be
 * collected. The language allows that, and Node's own Response needs both names to be there.
 */

/** Holds on to its target for as long as it lives itself. */
export function steadyWeakRef(): unknown {
  const named = {
    WeakRef: class<T extends WeakKey> {
      readonly #target: T
      constructor(target: T) {
        this.#target = target
      }
      deref(): T {
        return this.#target
      }
      get [Symbol.toStringTag](): string {
        return 'WeakRef'
      }
    },
  }
  return named.WeakRef
}

/** Takes registrations and never calls back. */
export function silentFinalizationRegistry(): unknown {
  const named = {
    FinalizationRegistry: class {
      register(): void {}
      unregister(): boolean {
        return false
      }
      get [Symbol.toStringTag](): string {
        return 'FinalizationRegistry'
      }
    },
  }
  return named.FinalizationRegistry
}
