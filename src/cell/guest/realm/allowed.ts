/**
 * The globals of a cell, name by name. What is not listed is not there: a Node release that adds a global adds none to
 * a cell until someone has looked at it.
 */

/** ECMAScript without shared memory, WebAssembly (compiles code) and what SES adds for itself. */
const LANGUAGE = [
  'globalThis',
  'Infinity',
  'NaN',
  'undefined',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'eval',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'unescape',
  'Object',
  'Function',
  'Boolean',
  'Symbol',
  'Number',
  'BigInt',
  'Math',
  'Date',
  'Temporal',
  'String',
  'RegExp',
  'Array',
  'ArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'FinalizationRegistry',
  'Iterator',
  'AsyncIterator',
  'JSON',
  'Promise',
  'Proxy',
  'Reflect',
  'Intl',
  'DisposableStack',
  'AsyncDisposableStack',
  'SuppressedError',
  'Error',
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
] as const

/** Of the platform: pure functions, and ours in place of what is not. */
const PLATFORM = [
  'URL',
  'URLSearchParams',
  'URLPattern',
  'TextEncoder',
  'TextDecoder',
  'structuredClone',
  'atob',
  'btoa',
  'queueMicrotask',
  'AbortController',
  'AbortSignal',
  'DOMException',
  'console',
  'crypto',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
] as const

/** The web's classes. `Buffer` is there because Node's Response reads that very global; it is tamed (see tame.ts). */
const WEB = [
  'Request',
  'Response',
  'Headers',
  'FormData',
  'Blob',
  'File',
  'Event',
  'EventTarget',
  'CustomEvent',
  'Buffer',
  'ReadableStream',
  'ReadableStreamDefaultReader',
  'ReadableStreamBYOBReader',
  'ReadableStreamBYOBRequest',
  'ReadableStreamDefaultController',
  'ReadableByteStreamController',
  'WritableStream',
  'WritableStreamDefaultWriter',
  'WritableStreamDefaultController',
  'TransformStream',
  'TransformStreamDefaultController',
  'TextEncoderStream',
  'TextDecoderStream',
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
  'CompressionStream',
  'DecompressionStream',
] as const

/** Names of the globals that a cell keeps. */
export function allowedGlobals({ web }: { web: boolean }): ReadonlySet<string> {
  return new Set<string>([...LANGUAGE, ...PLATFORM, ...(web ? WEB : [])])
}

/** Removes every other global, symbols included, or empties it; says which would do neither. */
export function removeOthers(target: typeof globalThis, allowed: ReadonlySet<string>): readonly string[] {
  const kept: string[] = []
  for (const name of Reflect.ownKeys(target)) {
    if (typeof name === 'string' ? allowed.has(name) : name === Symbol.toStringTag) continue
    if (Reflect.deleteProperty(target, name)) continue
    // Node's HTTP client keeps its dispatcher, which reaches the network, under a symbol that cannot be deleted.
    Reflect.defineProperty(target, name, { value: undefined, writable: false })
    if (Reflect.get(target, name) !== undefined) kept.push(String(name))
  }
  return kept
}
