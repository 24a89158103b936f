/** Replacements of properties of shared objects, remembered in order so that all can be taken back. */

export type Patches = {
  /** Keeps the property's place in the object, and whether it is enumerable. */
  replace(target: object, name: PropertyKey, value: unknown): void
  replaceGetter(target: object, name: PropertyKey, get: (this: never) => unknown): void
  /** Puts back what was there, last replacement first. */
  undo(): void
}

export function patches(): Patches {
  const undoing: (() => void)[] = []
  const define = (target: object, name: PropertyKey, descriptor: PropertyDescriptor) => {
    const before = Object.getOwnPropertyDescriptor(target, name)
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: before?.enumerable ?? false,
      ...descriptor,
    })
    undoing.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, name)
      else Object.defineProperty(target, name, before)
    })
  }
  return {
    replace: (target, name, value) => define(target, name, { value, writable: true }),
    replaceGetter: (target, name, get) => define(target, name, { get: get as () => unknown }),
    undo() {
      for (const back of undoing.splice(0).reverse()) back()
    },
  }
}
