/**
 * Node makes the two ends of a TransformStream, and what `tee` returns, by assigning `constructor` to them. Where the
 * prototypes are frozen, an inherited name cannot be assigned over; an accessor that defines it on the receiver can.
 */
export function letStreamsBeMade(target: typeof globalThis): void {
  for (const made of [target.ReadableStream, target.WritableStream]) {
    const { prototype } = made
    Object.defineProperty(prototype, 'constructor', {
      get: () => made,
      set(this: object, value: unknown) {
        if (this === prototype) throw new TypeError("Cannot assign to read only property 'constructor' of object")
        Object.defineProperty(this, 'constructor', { value, writable: true, enumerable: false, configurable: true })
      },
      enumerable: false,
      configurable: true,
    })
  }
}
