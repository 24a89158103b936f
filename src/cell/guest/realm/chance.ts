/**
 * Chance in a turn: Math.random and crypto draw on the turn's seeded stream, so that a turn that is run again takes the
 * same decisions. Outside of a turn, in a cell, Math.random is a fixed stream (packages salt their names with it while
 * they load) and crypto refuses: a secret made there would be the same on every boot.
 */
import type { CurrentTurn, Outside } from './current.ts'
import { refused } from './errors.ts'
import type { Patches } from './patches.ts'

/** As in the Web Cryptography standard. */
const RANDOM_BYTES_MAX = 65_536

/** Algorithms whose signature depends on nothing but key and data. */
const STEADY = ['HMAC', 'RSASSA-PKCS1-V1_5', 'ED25519', 'ED448']

export function patchRandom(target: typeof globalThis, patch: Patches, current: CurrentTurn, outside: Outside): void {
  const real = target.Math.random
  const random = outside?.random ?? (() => real())
  patch.replace(target.Math, 'random', () => current.get()?.random() ?? random())
}

function fill<T extends ArrayBufferView>(into: T, random: () => number): T {
  const name = Object.prototype.toString.call(into)
  if (!/^\[object (Big)?(Int|Uint)\d+(Clamped)?Array\]$/.test(name))
    throw new TypeError('getRandomValues fills an array of integers')
  if (into.byteLength > RANDOM_BYTES_MAX)
    throw new RangeError(`getRandomValues fills at most ${RANDOM_BYTES_MAX} bytes`)
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random() * 256)
  return into
}

/** `crypto` for a process in which some code runs in turns: randomness is replaced there, and only there. */
export function patchCrypto(real: Crypto, patch: Patches, current: CurrentTurn): void {
  const values = real.getRandomValues.bind(real)
  const uuid = real.randomUUID.bind(real)
  patch.replace(real, 'getRandomValues', <T extends ArrayBufferView>(into: T) => {
    const turn = current.get()
    return turn === undefined ? values(into as never) : fill(into, () => turn.random())
  })
  patch.replace(real, 'randomUUID', () => current.get()?.uuid() ?? uuid())
}

/** `crypto` of a cell: chance from the turn, and of `subtle` what gives the same answer every time. */
export function cellCrypto(real: Crypto, current: CurrentTurn): object {
  const { subtle } = real
  const outside = refused('crypto outside of a turn', 'turn.uuid')
  const steady =
    (name: string) =>
    (algorithm: { name?: string } | string, ...rest: unknown[]) => {
      const asked = (typeof algorithm === 'string' ? algorithm : (algorithm.name ?? '')).toUpperCase()
      if (!STEADY.includes(asked)) return refused(`crypto.subtle.${name} with ${asked}`, 'a connector')()
      return Reflect.apply(Reflect.get(subtle, name) as () => unknown, subtle, [algorithm, ...rest])
    }
  const passed =
    (name: string) =>
    (...args: unknown[]) =>
      Reflect.apply(Reflect.get(subtle, name) as () => unknown, subtle, args)
  return {
    getRandomValues: <T extends ArrayBufferView>(into: T) => {
      const turn = current.get() ?? outside()
      return fill(into, () => turn.random())
    },
    randomUUID: () => (current.get() ?? outside()).uuid(),
    subtle: {
      digest: passed('digest'),
      importKey: passed('importKey'),
      exportKey: passed('exportKey'),
      verify: passed('verify'),
      deriveBits: passed('deriveBits'),
      sign: steady('sign'),
    },
  }
}
