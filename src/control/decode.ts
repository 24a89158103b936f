/**
 * Makes a request of a line, or says what is wrong with it. The socket's mode keeps strangers out; this keeps out
 * what a person typed into it by hand, and a client of another version.
 */
import { didYouMean } from '../base/index.ts'
import type { Page } from '../turn/index.ts'
import {
  CONTROL_VERBS,
  type ControlCalls,
  type ControlRequest,
  type ControlVerb,
  LOG_LINES_MAX,
  PAGE_ITEMS_MAX,
  PROFILE_MS_MAX,
} from './protocol.ts'

export type Decoded =
  | { readonly request: ControlRequest }
  | { readonly request: null; readonly id: number | null; readonly reason: string }

type Fields = Readonly<Record<string, unknown>>

/** Thrown inside this file alone: the reason in words. */
class Unfit extends Error {}

export function decodeRequest(line: string): Decoded {
  let id: number | null = null
  try {
    const fields = object(parse(line), 'a request')
    id = whole(fields['id'], 'id', Number.MAX_SAFE_INTEGER)
    const type = text(fields['type'], 'type')
    if (type === 'cancel') return { request: { type, id } }
    if (!isVerb(type)) throw new Unfit(`there is no verb '${type}'.${didYouMean(type, CONTROL_VERBS)}`)
    // The table pairs each verb with the decoder of what it takes, so type and take belong together.
    return { request: { type, id, take: TAKES[type](fields['take']) } as ControlRequest }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    return { request: null, id, reason: /[.?]$/.test(error.message) ? error.message : `${error.message}.` }
  }
}

const nothing = () => null

const TAKES: { readonly [V in ControlVerb]: (take: unknown) => ControlCalls[V][0] } = {
  status: nothing,
  list: (take) => {
    const { component, page } = object(take, 'take')
    return { component: text(component, 'component'), page: toPage(object(page, 'page')) }
  },
  inspect: (take) => {
    const { address, personal } = object(take, 'take')
    const { component, key } = object(address, 'address')
    return {
      address: { component: text(component, 'component'), key: text(key, 'key') },
      personal: flag(personal, 'personal'),
    }
  },
  'dead-letters': (take) => {
    const { after, limit } = object(take, 'take')
    return { after: whole(after, 'after', Number.MAX_SAFE_INTEGER), limit: whole(limit, 'limit', PAGE_ITEMS_MAX) }
  },
  'retry-dead-letter': toLetter,
  'discard-dead-letter': toLetter,
  backup: (take) => ({ path: absolute(object(take, 'take')['path']) }),
  check: nothing,
  logs: (take) => {
    const { component, entity, last, follow } = object(take, 'take')
    return {
      component: textOrNull(component, 'component'),
      entity: textOrNull(entity, 'entity'),
      last: whole(last, 'last', LOG_LINES_MAX),
      follow: flag(follow, 'follow'),
    }
  },
  profile: (take) => {
    const { cell, kind, durationMs, path } = object(take, 'take')
    if (kind !== 'cpu' && kind !== 'heap') throw new Unfit("kind must be 'cpu' or 'heap'")
    return {
      cell: text(cell, 'cell'),
      kind,
      durationMs: whole(durationMs, 'durationMs', PROFILE_MS_MAX),
      path: absolute(path),
    }
  },
  stop: nothing,
}

function toLetter(take: unknown): { letter: number } {
  return { letter: whole(object(take, 'take')['letter'], 'letter', Number.MAX_SAFE_INTEGER) }
}

function toPage({ limit, prefix, after, where }: Fields): Page {
  if (!Array.isArray(where)) throw new Unfit('where must be an array')
  return {
    limit: whole(limit, 'limit', PAGE_ITEMS_MAX),
    prefix: textOrNull(prefix, 'prefix'),
    after: textOrNull(after, 'after'),
    where: where.map((condition: unknown) => {
      const { name, value } = object(condition, 'where[]')
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        throw new Unfit('where[].value must be a string, a number or a boolean')
      }
      return { name: text(name, 'where[].name'), value }
    }),
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new Unfit('the line is not JSON')
  }
}

function isVerb(type: string): type is ControlVerb {
  return (CONTROL_VERBS as readonly string[]).includes(type)
}

function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unfit(`${name} must be an object`)
  return value as Fields
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Unfit(`${name} must be a string`)
  return value
}

function textOrNull(value: unknown, name: string): string | null {
  return value === null ? null : text(value, name)
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Unfit(`${name} must be true or false`)
  return value
}

function whole(value: unknown, name: string, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new Unfit(`${name} must be a whole number from 0 to ${max}`)
  }
  return value
}

function absolute(value: unknown): string {
  const path = text(value, 'path')
  if (!path.startsWith('/')) throw new Unfit(`path must be absolute, got '${path}'`)
  return path
}
