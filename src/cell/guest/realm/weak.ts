/**
 * WeakRef and FinalizationRegistry without their one non-deterministic trait: here nothing is ever found to be
 * collected. The language allows that, and Node's own Response needs both names to be there.
 */

/** Holds on to its target for as long as it lives itself. */
export function steadyWeakRef(): typeof WeakRef {
  return class WeakRef<T extends WeakKey> {
    readonly #target: T
    constructor(target: T) {
      this.#target = target
    }
    deref(): T {
      return this.#target
    }
    get [Symbol.toStringTag](): 'WeakRef' {
      return 'WeakRef'
    }
  } as unknown as typeof globalThis.WeakRef
}

/** Takes registrations and never calls back. */
export function silentFinalizationRegistry(): typeof FinalizationRegistry {
  return class FinalizationRegistry {
    register(): void {}
    unregister(): boolean {
      return false
    }
    get [Symbol.toStringTag](): 'FinalizationRegistry' {
      return 'FinalizationRegistry'
    }
  } as unknown as typeof globalThis.FinalizationRegistry
}
