/**
 * The randomness of a turn. It all comes from the seed in the delivery, so that a turn can be run again and take the
 * same decisions. Not for secrets: who knows the seed knows everything that follows.
 */

/** Four 32-bit words from a text: cyrb128 (bryc, public domain), a MurmurHash3-like mix of four lanes. */
export function hash128(text: string): readonly [number, number, number, number] {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  a ^= b ^ c ^ d
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0]
}

const hex8 = (word: number) => word.toString(16).padStart(8, '0')

/** 32 hexadecimal digits. Tells texts apart; does not withstand an attacker. */
export function hashHex(text: string): string {
  return hash128(text).map(hex8).join('')
}

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, passes BigCrush; its state is the hash of the seed. */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter: number

  constructor(seed: string) {
    const [a, b, c, d] = hash128(seed)
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = d
    for (let i = 0; i < 12; i++) this.word()
  }

  /** The next 32 bits, unsigned. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** 53 random bits as a number from 0 to below 1, like Math.random. */
  fraction(): number {
    return ((this.word() >>> 5) * 67_108_864 + (this.word() >>> 6)) / 9_007_199_254_740_992
  }

  /** A version 4 UUID (RFC 9562). */
  uuid(): string {
    const first = hex8(this.word())
    const second = hex8(((this.word() & 0xffff0fff) | 0x00004000) >>> 0)
    const third = hex8(((this.word() & 0x3fffffff) | 0x80000000) >>> 0)
    const fourth = hex8(this.word())
    return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${fourth}`
  }
}
