/**
 * Live values that are about to become JSON text. `JSON.stringify` loses what it cannot say without a word: a Map
 * becomes `{}`, NaN becomes null. So every value is walked first, and what would be lost is named.
 */
import type { Issue } from '../../../schema/index.ts'
import { JSON_DEPTH_MAX } from './bounds.ts'

const issue = (message: string): Issue => ({ path: '', message })

/** The issue as its parent sees it. Paths are built on the way out, so that a valid value costs no text. */
function below(step: string, { path, message }: Issue): Issue {
  return { path: path === '' || path.startsWith('[') ? step + path : `${step}.${path}`, message }
}

function kindOf(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object of a class'
}

/** The first thing that JSON cannot say, or null. A member that is undefined counts as absent; an element does not. */
export function notJson(value: unknown, depth = 0): Issue | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null
    case 'number':
      return Number.isFinite(value) ? null : issue(`is ${value}, which JSON cannot say`)
    case 'undefined':
      return issue('is missing (undefined)')
    case 'object':
      return value === null ? null : notJsonWithin(value, depth)
    default:
      return issue(`is a ${typeof value}, which JSON cannot say`)
  }
}

function notJsonWithin(value: object, depth: number): Issue | null {
  if (depth > JSON_DEPTH_MAX) return issue(`is nested deeper than ${JSON_DEPTH_MAX}, or refers to itself`)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = notJson(value[i], depth + 1)
      if (found !== null) return below(`[${i}]`, found)
    }
    return null
  }
  const prototype = Object.getPrototypeOf(value)
  // A plain object of another realm has a prototype without one, like our own.
  if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return issue(`is a ${kindOf(value)}, and only plain objects and arrays are kept`)
  }
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    if (member === undefined) continue
    const found = notJson(member, depth + 1)
    if (found !== null) return below(name, found)
  }
  return null
}

/** Freezes a tree of JSON values, and returns it. */
export function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFrozen(member)
  return Object.freeze(value)
}

/** Length of a text in UTF-8, counted without encoding it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A surrogate is one half of a character of four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}
